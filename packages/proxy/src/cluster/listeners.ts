import type { Scope } from "@pagoda/core";
import { addressPerNode, hostPerNode, portPerNode, portsFrom, Slots } from "@pagoda/kafka";
import type { Advertiser } from "@pagoda/kafka";
import { bind } from "@pagoda/tcp";
import type { Endpoint, Listener, ListenOptions } from "@pagoda/tcp";

import type { ClusterOptions } from "../options.ts";

/** Where clients find the cluster: every address is bound before the first client comes. */
export interface ClusterListeners {
  /** The one that clients begin with. */
  readonly main: Listener;
  /** Those kept for brokers; none where one listener serves them all. */
  readonly nodes: readonly Listener[];
  readonly advertiser: Advertiser;
  /** Undefined where brokers have names. */
  readonly slots: Slots | undefined;
}

/** The loopback address before the first broker's. */
const loopbackBase = "127.0.1.0";

/** Binds the listener and an address for each slot. @throws ListenError, RangeError */
export async function bindCluster(
  { addresses, slots: count, advertisedHost, nodeNames = "" }: ClusterOptions,
  listen: ListenOptions,
  scope: Scope,
): Promise<ClusterListeners> {
  const main = scope.use(await bind(listen));
  const { host, port } = main.address;
  if (addresses === "names") {
    const advertiser = hostPerNode({ bootstrap: advertisedHost ?? host, pattern: nodeNames, port });
    return { main, nodes: [], advertiser, slots: undefined };
  }
  const slots = new Slots({ count });
  if (addresses === "addresses") {
    const advertiser = addressPerNode({ host, base: loopbackBase, port, slots });
    return { main, nodes: await bindAll(advertiser.addresses, listen, scope), advertiser, slots };
  }
  const ports = listen.port === 0 ? Array.from({ length: count }, () => 0) : portsFrom(port + 1, count);
  const endpoints = ports.map((port) => ({ host: listen.host ?? "", port }));
  const nodes = await bindAll(endpoints, listen, scope);
  const advertiser = portPerNode({
    bootstrapPort: port,
    ports: nodes.map(({ address }) => address.port),
    slots,
    ...(advertisedHost !== undefined && { host: advertisedHost }),
  });
  return { main, nodes, advertiser, slots };
}

async function bindAll(
  endpoints: readonly Endpoint[],
  options: ListenOptions,
  scope: Scope,
): Promise<readonly Listener[]> {
  const bound: Listener[] = [];
  for (const endpoint of endpoints) {
    // oxlint-disable-next-line no-await-in-loop -- the first that cannot be had is told, and no other is tried
    bound.push(scope.use(await bind({ ...options, ...endpoint })));
  }
  return bound;
}
