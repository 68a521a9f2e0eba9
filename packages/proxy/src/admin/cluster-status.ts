import type { Cluster } from "@pagoda/kafka";
import { formatEndpoint } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";

import type { ClusterAddresses } from "../cluster/addresses.ts";

/** A broker as the admin server shows it. */
export interface BrokerStatus {
  readonly nodeId: number;
  /** `HOST:PORT` where it really is. */
  readonly upstream: string;
  /** Null where it has none, or it is not known. */
  readonly rack: string | null;
  /**
   * `HOST:PORT` where clients find it; the host is `*` where it is the one that each came by. Null where
   * no address was given to it yet.
   */
  readonly advertised: string | null;
}

/** An upstream cluster as one listener knows it. */
export interface ClusterStatus {
  /** As the configuration calls it. */
  readonly name: string;
  readonly listener: string;
  /** Kafka's own id of it; null where it is not known. */
  readonly clusterId: string | null;
  /** Node id; null where it is not known. */
  readonly controller: number | null;
  /** `HOST:PORT` of each. */
  readonly bootstrap: readonly string[];
  /** By node id, rising. */
  readonly brokers: readonly BrokerStatus[];
}

/** What responses told beside addresses, where somebody kept it. */
export interface ClusterFacts {
  readonly clusterId?: string;
  readonly controller?: number;
  /** By node id. */
  readonly racks?: ReadonlyMap<number, string>;
}

export interface ClusterStatusOptions {
  readonly name: string;
  readonly listener: string;
  readonly cluster: Pick<Cluster, "bootstrap" | "nodes">;
  /** Where clients find a node, without an address being given to one that has none. */
  readonly advertised: (nodeId: number) => Endpoint | undefined;
  readonly facts?: ClusterFacts;
}

/**
 * Where clients find nodes, as the advertiser tells them. A host that depends on how a client came is
 * `*`. Nodes without a slot get none by being looked at.
 */
export function advertisedAt({
  main,
  advertiser,
  slots,
}: ClusterAddresses): (nodeId: number) => Endpoint | undefined {
  const everywhere = ["", "0.0.0.0", "::"].includes(main.host);
  const client = { local: everywhere ? { ...main, host: "*" } : main, proxyHeader: undefined };
  return (nodeId) =>
    slots === undefined || slots.taken.has(nodeId) ? advertiser.addressOf(nodeId, client) : undefined;
}

/** What is known of a cluster. It asks nothing, and gives no slot: to look changes nothing. */
export function clusterStatus({
  name,
  listener,
  cluster,
  advertised,
  facts = {},
}: ClusterStatusOptions): ClusterStatus {
  const brokers = Array.from(cluster.nodes, ([nodeId, endpoint]): BrokerStatus => {
    const shown = advertised(nodeId);
    return {
      nodeId,
      upstream: formatEndpoint(endpoint),
      rack: facts.racks?.get(nodeId) ?? null,
      advertised: shown === undefined ? null : formatEndpoint(shown),
    };
  });
  return {
    name,
    listener,
    clusterId: facts.clusterId ?? null,
    controller: facts.controller ?? null,
    bootstrap: cluster.bootstrap.map(formatEndpoint),
    brokers: brokers.toSorted((a, b) => a.nodeId - b.nodeId),
  };
}
