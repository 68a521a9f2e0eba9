/** How far a group has come in one partition. */
export interface CommittedOffset {
  /** The next offset to read. */
  readonly offset: bigint;
  readonly leaderEpoch: number;
  readonly metadata: string;
}

/**
 * What a group has committed, by topic id: a topic of the same name made later begins without.
 * Bounded by the partitions there are, since only those can be committed.
 */
export class CommittedOffsets {
  readonly #byTopic = new Map<string, Map<number, CommittedOffset>>();

  get isEmpty(): boolean {
    return this.#byTopic.size === 0;
  }

  get topicIds(): readonly string[] {
    return [...this.#byTopic.keys()];
  }

  set(topicId: string, partition: number, offset: CommittedOffset): void {
    let partitions = this.#byTopic.get(topicId);
    if (partitions === undefined) this.#byTopic.set(topicId, (partitions = new Map()));
    partitions.set(partition, offset);
  }

  get(topicId: string, partition: number): CommittedOffset | undefined {
    return this.#byTopic.get(topicId)?.get(partition);
  }

  /** The partitions of a topic that have one. */
  partitionsOf(topicId: string): readonly number[] {
    return [...(this.#byTopic.get(topicId)?.keys() ?? [])];
  }

  /** Forgets a topic, which was deleted. */
  forget(topicId: string): void {
    this.#byTopic.delete(topicId);
  }
}
