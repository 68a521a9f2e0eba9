import { addressPerNode, hostPerNode, portPerNode, portsFrom, Slots } from "@pagoda/kafka";
import type { Advertiser } from "@pagoda/kafka";
import type { Endpoint } from "@pagoda/tcp";

import type { AdvertiseConfig } from "../config/model.ts";
import type { Socket } from "../runtime/sockets.ts";

/** Where clients find the cluster: every address is bound before the first client comes. */
export interface ClusterAddresses {
  /** The one that clients begin with. */
  readonly main: Endpoint;
  readonly advertiser: Advertiser;
  /** Undefined where brokers have names. */
  readonly slots: Slots | undefined;
}

export interface BindClusterOptions {
  readonly bind: Endpoint;
  readonly advertise: AdvertiseConfig;
  readonly acquire: (endpoint: Endpoint) => Promise<Socket>;
  /** Slots that were given before: nodes keep theirs, as far as there are as many. */
  readonly before: Slots | undefined;
}

/** The loopback address before the first broker's. */
const loopbackBase = "127.0.1.0";

/** Binds the listener and an address for each slot. @throws ListenError, RangeError */
export async function bindCluster({
  bind,
  advertise,
  acquire,
  before,
}: BindClusterOptions): Promise<ClusterAddresses> {
  const { address: main } = await acquire(bind);
  const { host, port } = main;
  if (advertise.mode === "names") {
    const pattern = advertise.nodeNames ?? "";
    return {
      main,
      advertiser: hostPerNode({ bootstrap: advertise.host ?? host, pattern, port }),
      slots: undefined,
    };
  }
  const slots = new Slots({ count: advertise.slots });
  for (const [nodeId, slot] of before?.taken ?? []) slots.restore(nodeId, slot);
  if (advertise.mode === "addresses") {
    const advertiser = addressPerNode({ host, base: loopbackBase, port, slots });
    await acquireAll(advertiser.addresses, acquire);
    return { main, advertiser, slots };
  }
  const ports =
    bind.port === 0 ? Array.from({ length: slots.count }, () => 0) : portsFrom(port + 1, slots.count);
  const nodes = await acquireAll(
    ports.map((port) => ({ host: bind.host, port })),
    acquire,
  );
  const advertiser = portPerNode({
    bootstrapPort: port,
    ports: nodes.map(({ address }) => address.port),
    slots,
    ...(advertise.host !== undefined && { host: advertise.host }),
  });
  return { main, advertiser, slots };
}

async function acquireAll(
  endpoints: readonly Endpoint[],
  acquire: (endpoint: Endpoint) => Promise<Socket>,
): Promise<readonly Socket[]> {
  const bound: Socket[] = [];
  for (const endpoint of endpoints) {
    // oxlint-disable-next-line no-await-in-loop -- the first that cannot be had is told, and no other is tried
    bound.push(await acquire(endpoint));
  }
  return bound;
}
