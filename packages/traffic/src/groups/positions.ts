import type { GroupPartitionState } from "../state/state.ts";
import { groupBounds } from "./bounds.ts";

interface Position {
  readonly topic: string;
  readonly partition: number;
  committed: number;
  committedMs: number;
  recordMs: number;
}

/** Where a group is: the offsets that it has committed, and how old what it reads is. */
export class Positions {
  readonly #topics = new Map<string, Map<number, Position>>();
  readonly #isShown: (topic: string) => boolean;
  #count = 0;
  #state: readonly GroupPartitionState[] | undefined;

  /** @param isShown whether a topic is shown by its own name: partitions of several as one have no position */
  constructor(isShown: (topic: string) => boolean) {
    this.#isShown = isShown;
  }

  /** Partitions that have one. */
  get size(): number {
    return this.#count;
  }

  topics(): Iterable<string> {
    return this.#topics.keys();
  }

  /** The group will go on from `offset`, which may be before where it was. */
  committed(topic: string, partition: number, offset: number, nowMs: number): void {
    const position = this.#at(topic, partition);
    if (position === undefined) return;
    position.committed = Math.max(offset, -1);
    position.committedMs = nowMs;
  }

  /** A broker says where it is, to a request from `askedMs`: what was committed since is newer. */
  told(topic: string, partition: number, offset: number, askedMs: number, nowMs: number): void {
    const known = this.#topics.get(topic)?.get(partition);
    if (known === undefined || known.committedMs < askedMs) this.committed(topic, partition, offset, nowMs);
  }

  /** It fetched records, the latest of them from `recordMs`. */
  fetched(topic: string, partition: number, recordMs: number): void {
    const position = this.#at(topic, partition);
    if (position !== undefined) position.recordMs = recordMs;
  }

  /** Its offsets of a partition were deleted. */
  deleted(topic: string, partition: number): void {
    const partitions = this.#topics.get(topic);
    if (partitions?.delete(partition) !== true) return;
    this.#count -= 1;
    this.#state = undefined;
    if (partitions.size === 0) this.#topics.delete(topic);
  }

  clear(): void {
    this.#topics.clear();
    this.#count = 0;
    this.#state = undefined;
  }

  state(): readonly GroupPartitionState[] {
    this.#state ??= [...this.#topics.values()].flatMap((partitions) =>
      Array.from(partitions.values(), (position) => ({ ...position })),
    );
    return this.#state;
  }

  #at(topic: string, partition: number): Position | undefined {
    let partitions = this.#topics.get(topic);
    let position = partitions?.get(partition);
    if (position === undefined) {
      if (this.#count >= groupBounds.maxPartitions || !this.#isShown(topic)) return undefined;
      if (partitions === undefined) this.#topics.set(topic, (partitions = new Map()));
      position = { topic, partition, committed: -1, committedMs: -1, recordMs: -1 };
      partitions.set(partition, position);
      this.#count += 1;
    }
    this.#state = undefined;
    return position;
  }
}
