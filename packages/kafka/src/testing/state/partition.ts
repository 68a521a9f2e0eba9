import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import { PartitionLog } from "./partition-log.ts";
import { Producers } from "./producers.ts";

export interface PartitionLimits {
  readonly maxLogBytesPerPartition: number;
  readonly maxProducersPerPartition: number;
}

/** A partition: its log, who leads it, and who waits for it to change. */
export class Partition {
  readonly index: number;
  /** Node ids of the brokers that hold a copy. All copies are always in sync: they are one. */
  readonly replicas: readonly number[];
  readonly log: PartitionLog;
  readonly producers: Producers;
  #leaderId: number;
  #leaderEpoch = 0;
  readonly #watchers = new Set<() => void>();

  constructor(index: number, replicas: readonly number[], limits: PartitionLimits) {
    this.index = index;
    this.replicas = replicas;
    this.#leaderId = replicas[0] ?? -1;
    this.log = new PartitionLog(limits.maxLogBytesPerPartition);
    this.producers = new Producers(limits.maxProducersPerPartition);
  }

  /** -1 when no broker that holds a copy is up. */
  get leaderId(): number {
    return this.#leaderId;
  }

  get leaderEpoch(): number {
    return this.#leaderEpoch;
  }

  /** Makes a broker the leader, in a new epoch; nothing happens if it is. */
  lead(nodeId: number): void {
    if (nodeId === this.#leaderId) return;
    this.#leaderId = nodeId;
    this.#leaderEpoch += 1;
    this.changed();
  }

  /**
   * What is wrong with asking broker `nodeId` for this partition; NONE if nothing is.
   * @param leaderEpoch the epoch that the client believes in; -1 if it does not say.
   */
  errorAt(nodeId: number, leaderEpoch = -1): KafkaErrorName {
    if (this.#leaderId !== nodeId) return "NOT_LEADER_OR_FOLLOWER";
    if (leaderEpoch < 0 || leaderEpoch === this.#leaderEpoch) return "NONE";
    return leaderEpoch < this.#leaderEpoch ? "FENCED_LEADER_EPOCH" : "UNKNOWN_LEADER_EPOCH";
  }

  /** Calls `watcher` on every change, until the function returned is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Tells who waits: records came, the leader changed, or the topic is gone. */
  changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
