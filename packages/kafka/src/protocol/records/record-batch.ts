import { hasLogAppendTime } from "./attributes.ts";
import type { HasAttributes } from "./attributes.ts";

/** A header of a record. Keys may repeat, and their order counts. */
export interface RecordHeader {
  readonly key: string;
  /** The key as it came, set only where that is no UTF-8: encoding prefers it, so that nothing is lost. */
  readonly keyBytes?: Uint8Array;
  readonly value: Uint8Array | null;
}

/**
 * A record, as it stands in its batch: all that encoding needs, so that `{ ...record, value }` is the
 * same record with another value. What it is counted from is in the batch: see {@link offsetOf},
 * {@link timestampOf} and {@link sequenceOf}.
 *
 * Key, value and header values are views: of the bytes that were decoded if the batch is not
 * compressed, else of memory of their own.
 */
export interface BatchRecord {
  /** An int8 that Kafka does not use in magic 2. In magic 0 and 1 those of the message, uncompressed. */
  readonly attributes: number;
  /** Offset minus the batch's base offset. */
  readonly offsetDelta: number;
  /** Timestamp minus the batch's base timestamp. Kept, but without effect, with LogAppendTime. */
  readonly timestampDelta: bigint;
  readonly key: Uint8Array | null;
  /** Null is a tombstone where the topic is compacted. */
  readonly value: Uint8Array | null;
  /** Always empty in magic 0 and 1. */
  readonly headers: readonly RecordHeader[];
}

/**
 * A batch with its records, as it stands on the wire; of magic 0 and 1, a message with the messages
 * inside if it is compressed, else with itself as its one record. It is all that encoding needs:
 * `{ ...batch, records }` is the same batch with other records.
 */
export interface RecordBatch extends HasAttributes {
  /** What the records' offsets are counted from: normally the first one's. */
  readonly baseOffset: bigint;
  /** -1 if unknown, and in magic 0 and 1. */
  readonly partitionLeaderEpoch: number;
  /** Last offset minus base offset. Compaction keeps it when it removes the last record. */
  readonly lastOffsetDelta: number;
  /**
   * What the records' timestamps are counted from, in milliseconds since 1970: the first one's, or the
   * delete horizon. In magic 1 the message's. -1 for none, and in magic 0.
   */
  readonly baseTimestamp: bigint;
  /** The latest timestamp; with LogAppendTime that of every record. In magic 1 the message's. */
  readonly maxTimestamp: bigint;
  /** -1 without an idempotent producer, and in magic 0 and 1; so the two below. */
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly records: readonly BatchRecord[];
}

/** The offset of a record of `batch`. */
export function offsetOf({ baseOffset }: RecordBatch, { offsetDelta }: BatchRecord): bigint {
  return BigInt.asIntN(64, baseOffset + BigInt(offsetDelta));
}

/** The offset of the last record, also where compaction has removed it. */
export function lastOffsetOf({ baseOffset, lastOffsetDelta }: RecordBatch): bigint {
  return BigInt.asIntN(64, baseOffset + BigInt(lastOffsetDelta));
}

/** The timestamp of a record of `batch`, in milliseconds since 1970; -1 for none. */
export function timestampOf(batch: RecordBatch, { timestampDelta }: BatchRecord): bigint {
  if (hasLogAppendTime(batch)) return batch.maxTimestamp;
  return BigInt.asIntN(64, batch.baseTimestamp + timestampDelta);
}

/** The sequence number of a record of `batch`; -1 without an idempotent producer. */
export function sequenceOf({ baseSequence }: RecordBatch, { offsetDelta }: BatchRecord): number {
  return sequenceAt(baseSequence, offsetDelta);
}

/** The sequence number of the last record; -1 without an idempotent producer. */
export function lastSequenceOf({ baseSequence, lastOffsetDelta }: RecordBatch): number {
  return sequenceAt(baseSequence, lastOffsetDelta);
}

/** The sequence number `delta` behind `base`: after 2^31 - 1 comes 0. */
export function sequenceAt(base: number, delta: number): number {
  return base < 0 ? -1 : (base + delta) % 0x8000_0000;
}
