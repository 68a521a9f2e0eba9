import { randomBytes } from "node:crypto";

import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import type { Nodes } from "./nodes.ts";
import { Partition } from "./partition.ts";
import type { PartitionLimits } from "./partition.ts";

export interface TopicsLimits extends PartitionLimits {
  readonly maxPartitions: number;
}

export interface Topic {
  /** A new one each time that a topic of this name is made. */
  readonly id: string;
  readonly name: string;
  readonly partitions: Partition[];
  readonly configs: ReadonlyMap<string, string>;
}

/** A topic to make. */
export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Node ids by partition, instead of the two above. */
  readonly assignments?: readonly (readonly number[])[];
  readonly configs?: ReadonlyMap<string, string>;
}

/** The topics of a cluster. */
export class Topics {
  readonly #nodes: Nodes;
  readonly #limits: TopicsLimits;
  readonly #byName = new Map<string, Topic>();
  readonly #byId = new Map<string, Topic>();

  constructor(nodes: Nodes, limits: TopicsLimits) {
    this.#nodes = nodes;
    this.#limits = limits;
  }

  get all(): readonly Topic[] {
    return [...this.#byName.values()];
  }

  get(name: string): Topic | undefined {
    return this.#byName.get(name);
  }

  withId(id: string): Topic | undefined {
    return this.#byId.get(id);
  }

  /** What keeps a topic from being made; NONE if nothing does. */
  check(topic: NewTopic): KafkaErrorName {
    const { name, partitions, replicationFactor, assignments } = topic;
    if (!/^[\w.-]{1,249}$/.test(name) || name === "." || name === "..") return "INVALID_TOPIC_EXCEPTION";
    if (this.#byName.has(name)) return "TOPIC_ALREADY_EXISTS";
    const nodes = this.#nodes.all.length;
    if (assignments === undefined) {
      if (partitions < 1) return "INVALID_PARTITIONS";
      if (replicationFactor < 1 || replicationFactor > nodes) return "INVALID_REPLICATION_FACTOR";
    } else if (assignments.some((ids) => ids.length === 0 || ids.some((id) => id < 1 || id > nodes))) {
      return "INVALID_REPLICA_ASSIGNMENT";
    }
    return this.#room(assignments?.length ?? partitions);
  }

  /** Makes a topic, or says what is wrong with it. */
  create(topic: NewTopic): Topic | KafkaErrorName {
    const error = this.check(topic);
    if (error !== "NONE") return error;
    const created: Topic = {
      id: randomBytes(16).toString("base64url"),
      name: topic.name,
      partitions: [],
      configs: topic.configs ?? new Map(),
    };
    const replicas = topic.assignments ?? this.#spread(topic.partitions, topic.replicationFactor, 0);
    for (const nodeIds of replicas) this.#addPartition(created, nodeIds);
    this.#byName.set(created.name, created);
    this.#byId.set(created.id, created);
    return created;
  }

  /** Adds partitions until there are `count`, or says what is wrong with that. */
  grow(topic: Topic, count: number): KafkaErrorName {
    const error = this.checkGrow(topic, count);
    if (error !== "NONE") return error;
    const have = topic.partitions.length;
    const copies = topic.partitions[0]?.replicas.length ?? 1;
    for (const nodeIds of this.#spread(count - have, copies, have)) this.#addPartition(topic, nodeIds);
    return "NONE";
  }

  /** What keeps a topic from having `count` partitions; NONE if nothing does. */
  checkGrow(topic: Topic, count: number): KafkaErrorName {
    const have = topic.partitions.length;
    return count <= have ? "INVALID_PARTITIONS" : this.#room(count - have);
  }

  delete(topic: Topic): void {
    this.#byName.delete(topic.name);
    this.#byId.delete(topic.id);
    for (const partition of topic.partitions) partition.changed();
  }

  /** Gives every partition a leader that is up, where it has none and a copy's broker is. */
  electLeaders(): void {
    for (const { partitions } of this.#byName.values()) {
      for (const partition of partitions) this.#elect(partition);
    }
  }

  #elect(partition: Partition): void {
    if (this.#nodes.isUp(partition.leaderId)) return;
    partition.lead(partition.replicas.find((id) => this.#nodes.isUp(id)) ?? -1);
  }

  #addPartition(topic: Topic, nodeIds: readonly number[]): void {
    const partition = new Partition(topic.partitions.length, nodeIds, this.#limits);
    this.#elect(partition);
    topic.partitions.push(partition);
  }

  #room(partitions: number): KafkaErrorName {
    let have = 0;
    for (const topic of this.#byName.values()) have += topic.partitions.length;
    return have + partitions > this.#limits.maxPartitions ? "POLICY_VIOLATION" : "NONE";
  }

  /** Copies on consecutive brokers, each partition beginning at the next one. */
  #spread(partitions: number, copies: number, first: number): number[][] {
    const ids = this.#nodes.all.map(({ id }) => id);
    return Array.from({ length: partitions }, (_, partition) =>
      Array.from({ length: copies }, (_, copy) => ids[(first + partition + copy) % ids.length] ?? -1),
    );
  }
}
