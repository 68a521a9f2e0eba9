import type { PartitionFacts } from "@pagoda/metrics";

/** Where the broker has put the records of one Produce request. Nothing is allocated for one partition. */
export class BaseOffsets {
  #topic = "";
  #topicId = "";
  #partition = -1;
  #baseOffset = -1;
  #more: Map<string, number> | undefined;

  clear(): void {
    this.#baseOffset = -1;
    this.#more = undefined;
  }

  acknowledged(facts: PartitionFacts): void {
    const { topic, topicId, partition, baseOffset } = facts;
    if (baseOffset < 0) return;
    if (this.#baseOffset < 0) {
      this.#topic = topic;
      this.#topicId = topicId;
      this.#partition = partition;
      this.#baseOffset = baseOffset;
    } else (this.#more ??= new Map<string, number>()).set(keyOf(facts), baseOffset);
  }

  /** -1 where nobody says. */
  of(facts: PartitionFacts): number {
    if (this.#baseOffset < 0) return -1;
    const { topic, topicId, partition } = facts;
    const isFirst = partition === this.#partition && topic === this.#topic && topicId === this.#topicId;
    return isFirst ? this.#baseOffset : (this.#more?.get(keyOf(facts)) ?? -1);
  }
}

function keyOf({ topic, topicId, partition }: PartitionFacts): string {
  return `${topic} ${topicId} ${partition}`;
}
