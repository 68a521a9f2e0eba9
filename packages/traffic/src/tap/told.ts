import type { TopicIds } from "@pagoda/kafka";
import { zeroUuid } from "@pagoda/kafka/protocol";
import type { PartitionFacts } from "@pagoda/metrics";

import type { TapPartition } from "../view/tap-event.ts";
import { shortName } from "./text.ts";

/** Topics and errors of an event. */
export const maxListed = 100;
/** Partitions of an event, over all topics. */
const maxPartitions = 1_000;

const codecs = ["none", "gzip", "snappy", "lz4", "zstd"];

/** A partition of an exchange, as it fills. */
export interface ToldPartition {
  records: number;
  bytes: number;
  codec: string | undefined;
  offset: number;
  errorCode: number;
}

/** Topics with their partitions, as they are found in what passes: bounded. */
export class ToldTopics {
  readonly #topicIds: Pick<TopicIds, "nameOf"> | undefined;
  readonly topics: Map<string, Map<number, ToldPartition>> = new Map();
  #partitions = 0;

  constructor(topicIds: Pick<TopicIds, "nameOf"> | undefined) {
    this.#topicIds = topicIds;
  }

  /** The name of a topic that is told by name or by id; its id where the name is not known. */
  nameOf(name: string | null | undefined, id: string | undefined): string {
    if (name !== null && name !== undefined && name !== "") return name;
    if (id === undefined || id === zeroUuid) return "";
    return this.#topicIds?.nameOf(id) ?? id;
  }

  /** A topic alone. One without a name is none. */
  topic(name: string): Map<number, ToldPartition> | undefined {
    if (name === "") return undefined;
    let partitions = this.topics.get(name);
    if (partitions === undefined) {
      if (this.topics.size >= maxListed) return undefined;
      this.topics.set(name, (partitions = new Map()));
    }
    return partitions;
  }

  /** Undefined for what is too much. */
  partition(name: string, index: number): ToldPartition | undefined {
    const partitions = this.topic(name);
    let partition = partitions?.get(index);
    if (partition === undefined && partitions !== undefined && this.#partitions < maxPartitions) {
      this.#partitions += 1;
      partition = { records: 0, bytes: 0, codec: undefined, offset: -1, errorCode: 0 };
      partitions.set(index, partition);
    }
    return partition;
  }

  /** Is there a partition that no records were told of? */
  anyWithoutRecords(): boolean {
    for (const partitions of this.topics.values()) {
      for (const { bytes } of partitions.values()) if (bytes === 0) return true;
    }
    return false;
  }

  /**
   * What kafkaMetrics tells of a partition, with its records or without.
   * @param offset of the first record; in a request it is the client's own count
   */
  add(facts: PartitionFacts, offset: number): void {
    const one = this.partition(this.nameOf(facts.topic, facts.topicId), facts.partition);
    if (one === undefined) return;
    one.records += facts.records;
    one.bytes += facts.recordsBytes;
    one.codec ??= codecName(facts.codec);
    if (one.offset === -1) one.offset = offset;
    if (one.errorCode === 0) one.errorCode = facts.errorCode;
  }
}

/** By its number in batch headers; undefined for none told. */
export function codecName(codec: number): string | undefined {
  return codec === -1 ? undefined : (codecs[codec] ?? `codec ${codec}`);
}

export function partitionView(index: number, told: ToldPartition): TapPartition {
  const { records, bytes, codec, offset } = told;
  return {
    partition: index,
    ...(bytes > 0 && { records, bytes }),
    ...(codec !== undefined && { codec }),
    ...(offset >= 0 && { offset }),
  };
}

/** `orders/3`. */
export function placeOf(topic: string, partition: number | null): string {
  return partition === null ? shortName(topic) : `${shortName(topic)}/${partition}`;
}
