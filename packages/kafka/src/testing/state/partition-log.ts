import type { BatchCursor } from "../../protocol/records/batch-cursor.ts";

interface StoredBatch {
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  readonly maxTimestampMs: number;
  readonly leaderEpoch: number;
  /** As it was produced, but for its base offset and leader epoch: memory of its own. */
  readonly bytes: Uint8Array;
}

interface EpochStart {
  readonly epoch: number;
  readonly startOffset: bigint;
}

/** Dropped batches may leave this many empty places before the array is moved up. */
const maxHoles = 1_024;

/** The batches of one partition, oldest first, and nothing of who leads it. */
export class PartitionLog {
  readonly #maxBytes: number;
  #batches: StoredBatch[] = [];
  /** Where the oldest batch is: those before were dropped. */
  #first = 0;
  #bytes = 0;
  #startOffset = 0n;
  #endOffset = 0n;
  #epochs: EpochStart[] = [];

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The oldest offset that can be read. */
  get startOffset(): bigint {
    return this.#startOffset;
  }

  /** The offset that the next record gets: what clients know as the high watermark. */
  get endOffset(): bigint {
    return this.#endOffset;
  }

  /** Bytes of all batches held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a copy of the batch where the cursor stands, and answers its base offset. */
  append(batch: BatchCursor, leaderEpoch: number): bigint {
    const bytes = new Uint8Array(batch.bytes);
    const view = new DataView(bytes.buffer);
    const baseOffset = this.#endOffset;
    // Neither is covered by the checksum: these two are the broker's to fill in.
    view.setBigInt64(0, baseOffset);
    view.setInt32(12, leaderEpoch);
    const lastOffset = baseOffset + BigInt(batch.lastOffsetDelta);
    this.#batches.push({
      baseOffset,
      lastOffset,
      maxTimestampMs: batch.maxTimestampMs,
      leaderEpoch,
      bytes,
    });
    this.#bytes += bytes.length;
    this.#endOffset = lastOffset + 1n;
    if (this.#epochs.at(-1)?.epoch !== leaderEpoch) {
      this.#epochs.push({ epoch: leaderEpoch, startOffset: baseOffset });
    }
    while (this.#bytes > this.#maxBytes && this.#batches.length - this.#first > 1) {
      this.deleteBefore((this.#batches[this.#first] as StoredBatch).lastOffset + 1n);
    }
    return baseOffset;
  }

  /** Moves the log's start to `offset`, and drops the batches that lie wholly before it. */
  deleteBefore(offset: bigint): void {
    if (offset <= this.#startOffset) return;
    this.#startOffset = offset;
    let oldest = this.#batches[this.#first];
    while (oldest !== undefined && oldest.lastOffset < offset) {
      this.#bytes -= oldest.bytes.length;
      this.#first += 1;
      oldest = this.#batches[this.#first];
    }
    if (this.#first > maxHoles) {
      this.#batches = this.#batches.slice(this.#first);
      this.#first = 0;
    }
    // The epoch that holds the new start stays, with those after it.
    const keep = this.#epochs.findLastIndex(({ startOffset }) => startOffset <= offset);
    if (keep > 0) this.#epochs = this.#epochs.slice(keep);
  }

  /**
   * Whole batches from the one that holds `offset`, as brokers answer: the first may begin before
   * it. At most `maxBytes`, but for a first batch that is bigger when `atLeastOne`.
   */
  read(offset: bigint, maxBytes: number, atLeastOne: boolean): Uint8Array {
    const batches: Uint8Array[] = [];
    let bytes = 0;
    for (let index = this.#indexOf(offset); index < this.#batches.length; index += 1) {
      const batch = (this.#batches[index] as StoredBatch).bytes;
      const fits = bytes + batch.length <= maxBytes;
      if (!fits && !(atLeastOne && batches.length === 0)) break;
      batches.push(batch);
      bytes += batch.length;
    }
    return batches.length === 1 ? (batches[0] as Uint8Array) : Buffer.concat(batches);
  }

  /** The batch to look in for the first record with this timestamp or a later one. */
  batchAtTimestamp(timestampMs: number): Uint8Array | undefined {
    return this.#live().find((batch) => batch.maxTimestampMs >= timestampMs)?.bytes;
  }

  /** The batch with the latest timestamp; of several, the first. */
  latestBatch(): Uint8Array | undefined {
    let latest: StoredBatch | undefined;
    for (const batch of this.#live()) {
      if (latest === undefined || batch.maxTimestampMs > latest.maxTimestampMs) latest = batch;
    }
    return latest?.bytes;
  }

  /** The leader epoch in which the record at `offset` was written; -1 where there is none. */
  epochAt(offset: bigint): number {
    return this.#epochs.findLast(({ startOffset }) => startOffset <= offset)?.epoch ?? -1;
  }

  /** The last epoch up to `epoch` that wrote something, and the offset at which it ended (KIP-279). */
  endOfEpoch(epoch: number): { readonly epoch: number; readonly endOffset: bigint } {
    const index = this.#epochs.findLastIndex((one) => one.epoch <= epoch);
    const found = this.#epochs[index];
    if (found === undefined) return { epoch: -1, endOffset: -1n };
    return { epoch: found.epoch, endOffset: this.#epochs[index + 1]?.startOffset ?? this.#endOffset };
  }

  #live(): readonly StoredBatch[] {
    return this.#first === 0 ? this.#batches : this.#batches.slice(this.#first);
  }

  /** Index of the batch that holds `offset`, or would if it were written: a binary search. */
  #indexOf(offset: bigint): number {
    let low = this.#first;
    let high = this.#batches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#batches[middle] as StoredBatch).lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
