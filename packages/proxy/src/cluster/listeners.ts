import type { Scope } from "@pagoda/core";
import { portPerNode, portsFrom, Slots } from "@pagoda/kafka";
import type { Advertiser } from "@pagoda/kafka";
import { bind } from "@pagoda/tcp";
import type { Listener, ListenOptions } from "@pagoda/tcp";

import type { ClusterOptions } from "../options.ts";

/** Where clients find the cluster: every address is bound before the first client comes. */
export interface ClusterListeners {
  /** The one that clients begin with. */
  readonly main: Listener;
  /** Those kept for brokers; none where one listener serves them all. */
  readonly nodes: readonly Listener[];
  readonly advertiser: Advertiser;
  readonly slots: Slots;
}

/** Binds the listener and an address for each slot. @throws ListenError */
export async function bindCluster(
  { slots: count, advertisedHost }: ClusterOptions,
  listen: ListenOptions,
  scope: Scope,
): Promise<ClusterListeners> {
  const main = scope.use(await bind(listen));
  const slots = new Slots({ count });
  const wanted =
    listen.port === 0 ? Array.from({ length: count }, () => 0) : portsFrom(listen.port + 1, count);
  const nodes: Listener[] = [];
  for (const port of wanted) {
    // oxlint-disable-next-line no-await-in-loop -- the first that cannot be had is told, and no other is tried
    nodes.push(scope.use(await bind({ ...listen, port })));
  }
  const advertiser = portPerNode({
    bootstrapPort: main.address.port,
    ports: nodes.map(({ address }) => address.port),
    slots,
    ...(advertisedHost !== undefined && { host: advertisedHost }),
  });
  return { main, nodes, advertiser, slots };
}
