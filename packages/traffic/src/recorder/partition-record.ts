import type { PartitionState } from "../state/state.ts";

/** Milliseconds from one who is told of a move until the next one is told of another. */
const sameMoveMs = 5_000;

/** Keeps when the end of a partition was where: `OffsetTimeline` of the groups. */
export interface Timeline {
  seen(endOffset: number, atMs: number): void;
  /** -1 before the first. */
  readonly end: number;
  entries(): readonly (readonly [endOffset: number, atMs: number])[];
}

/** What passes of one partition. */
export class PartitionRecord {
  readonly #partition: number;
  readonly #timeline: Timeline;
  #producedRecords = 0;
  #producedBytes = 0;
  #leaderMoves = 0;
  #leaderMovedMs = -Infinity;
  // Most partitions of many are as they were when they were last asked for.
  #state: PartitionState | undefined;

  constructor(partition: number, timeline: Timeline) {
    this.#partition = partition;
    this.#timeline = timeline;
  }

  produced(records: number, bytes: number): void {
    this.#producedRecords += records;
    this.#producedBytes += bytes;
    this.#state = undefined;
  }

  /** The offset behind the last record; below 0 where nobody says. */
  end(offset: number, nowMs: number): void {
    if (offset < 0) return;
    this.#timeline.seen(offset, nowMs);
    if (offset !== this.#state?.endOffset) this.#state = undefined;
  }

  /** A broker said that it leads the partition no more. Several clients are told of the same move. */
  leaderMoved(nowMs: number): void {
    const told = nowMs - this.#leaderMovedMs < sameMoveMs;
    this.#leaderMovedMs = nowMs;
    if (told) return;
    this.#leaderMoves += 1;
    this.#state = undefined;
  }

  state(): PartitionState {
    return (this.#state ??= {
      partition: this.#partition,
      producedRecords: this.#producedRecords,
      producedBytes: this.#producedBytes,
      endOffset: this.#timeline.end,
      timeline: this.#timeline.entries(),
      leaderMoves: this.#leaderMoves,
    });
  }
}
