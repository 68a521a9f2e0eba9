import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import type { Nodes } from "../state/nodes.ts";
import type { Partition } from "../state/partition.ts";

interface LeaderIdAndEpoch {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

interface NodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: null;
}

const unsaid: LeaderIdAndEpoch = { leaderId: -1, leaderEpoch: -1 };

/** Collects what clients are told of the leaders that they should have asked (KIP-951). */
export class CurrentLeaders {
  readonly #nodes: Nodes;
  readonly #known: boolean;
  readonly #endpoints = new Map<number, NodeEndpoint>();

  /** @param known whether this version of the response has a place for it */
  constructor(nodes: Nodes, known: boolean) {
    this.#nodes = nodes;
    this.#known = known;
  }

  /** The brokers told of so far. */
  get endpoints(): readonly NodeEndpoint[] {
    return [...this.#endpoints.values()];
  }

  /** What to tell of a partition that was refused with `error`. */
  of(partition: Partition | undefined, error: KafkaErrorName): LeaderIdAndEpoch {
    const misses = error === "NOT_LEADER_OR_FOLLOWER" || error === "FENCED_LEADER_EPOCH";
    if (partition === undefined || !this.#known || !misses || partition.leaderId < 0) return unsaid;
    const { leaderId, leaderEpoch } = partition;
    const { id: nodeId, host, port } = this.#nodes.get(leaderId);
    this.#endpoints.set(nodeId, { nodeId, host, port, rack: null });
    return { leaderId, leaderEpoch };
  }
}
