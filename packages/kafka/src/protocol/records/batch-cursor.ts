import {
  compressionIdOf,
  compressionOf,
  hasDeleteHorizon,
  isControl,
  isTransactional,
  timestampTypeOf,
} from "./attributes.ts";
import type { CompressionName, HasAttributes, Magic, TimestampType } from "./attributes.ts";
import { sequenceAt } from "./record-batch.ts";
import { MalformedRecordsError } from "./records-error.ts";

/** Bytes of a batch that its length field does not count: the base offset and the length itself. */
export const logOverheadBytes = 12;
/** Bytes of a magic 2 batch before its records. */
export const batchHeaderBytes = 61;
/** Bytes of a message of magic 0 and 1, from its offset to its key's length. */
export const messageHeaderBytes: readonly [number, number] = [18, 26];

/** Least value of the length field, by magic: the header, and for messages two lengths of null. */
const leastLengths: readonly [number, number, number] = [14, 22, 49];
/** Up to and including magic, the first byte that says what a batch is. */
const prefixBytes = 17;

const nothing = new Uint8Array(0);

/**
 * Walks over the batches in a `records` field and reads their headers, without decompressing, checking
 * or copying anything, and without allocating: one cursor serves any number of walks.
 *
 *     const cursor = new BatchCursor(records);
 *     while (cursor.next()) total += cursor.recordCount;
 *
 * Every batch begins alike, so that formats may mix. Big-endian.
 *
 *     magic 2  0 baseOffset int64 | 8 length int32, of what follows | 12 partitionLeaderEpoch int32 |
 *              16 magic int8 | 17 crc uint32, CRC-32C of 21.. | 21 attributes int16 |
 *              23 lastOffsetDelta int32 | 27 baseTimestamp int64 | 35 maxTimestamp int64 |
 *              43 producerId int64 | 51 producerEpoch int16 | 53 baseSequence int32 |
 *              57 recordCount int32 | 61 records, compressed as one
 *     magic 1  0 offset int64 | 8 length int32 | 12 crc uint32, CRC-32 of 16.. | 16 magic int8 |
 *              17 attributes int8 | 18 timestamp int64 | 26 key | value, each int32 length and bytes
 *     magic 0  as magic 1, without the timestamp
 *
 * A batch that is cut off at the end, as Fetch responses may have it, ends the walk; see
 * {@link partialTailBytes}. The bytes stay the caller's: the cursor reads them when it is asked.
 */
export class BatchCursor implements HasAttributes {
  #bytes: Uint8Array = nothing;
  #at = 0;
  #next = 0;
  #end = 0;
  #magic: Magic = 2;

  constructor(bytes?: Uint8Array) {
    if (bytes !== undefined) this.reset(bytes);
  }

  /** Starts over before the first batch in `bytes[start, end)`. Offsets stay those of `bytes`. */
  reset(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#next = start;
    this.#end = end;
  }

  /**
   * Goes to the next batch; false when none, or only a part of one, is left.
   * @throws MalformedRecordsError if what follows cannot be a batch.
   */
  next(): boolean {
    const at = this.#next;
    const left = this.#end - at;
    this.#at = at;
    if (left < logOverheadBytes) return false;
    const length = this.#int32(8);
    if (length < leastLengths[0]) this.#malformed(`length ${length}`);
    if (left < prefixBytes) return false;
    const magic = this.#bytes[at + 16] as number;
    if (magic > 2) this.#malformed(`magic ${(magic << 24) >> 24}`);
    this.#magic = magic as Magic;
    if (length < leastLengths[this.#magic]) this.#malformed(`length ${length} with magic ${magic}`);
    const size = length + logOverheadBytes;
    if (size > left) return false;
    this.#next = at + size;
    if (magic === 2 && this.#int32(57) < 0) this.#malformed(`record count ${this.#int32(57)}`);
    return true;
  }

  /** Bytes left that are no whole batch. Meant for after `next` has returned false. */
  get partialTailBytes(): number {
    return this.#end - this.#next;
  }

  /** Where this batch begins, in bytes from the start of what was given. */
  get at(): number {
    return this.#at;
  }

  /** This batch's size in bytes, all of it. */
  get size(): number {
    return this.#next - this.#at;
  }

  /** This batch's bytes, as a view. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(this.#at, this.#next);
  }

  get magic(): Magic {
    return this.#magic;
  }

  /** Offset of the first record. Magic 0 and 1: the message's; of a compressed one, the last inside. */
  get baseOffset(): bigint {
    return this.#int64(0);
  }

  /** Offset of the last record, also when compaction has removed it. */
  get lastOffset(): bigint {
    const base = this.#int64(0);
    return this.#magic === 2 ? BigInt.asIntN(64, base + BigInt(this.#int32(23))) : base;
  }

  /** -1 if unknown, and for magic 0 and 1. */
  get partitionLeaderEpoch(): number {
    return this.#magic === 2 ? this.#int32(12) : -1;
  }

  /** The checksum that the batch states, unchecked. */
  get crc(): number {
    return this.#int32(this.#magic === 2 ? 17 : 12) >>> 0;
  }

  /** See {@link HasAttributes}. Signed, as on the wire. */
  get attributes(): number {
    return this.#magic === 2 ? this.#int16(21) : (this.#byte(17) << 24) >> 24;
  }

  /** Id of the compression, 0 to 7. */
  get compressionId(): number {
    return compressionIdOf(this);
  }

  get compression(): CompressionName {
    return compressionOf(this);
  }

  get timestampType(): TimestampType {
    return timestampTypeOf(this);
  }

  get isTransactional(): boolean {
    return isTransactional(this);
  }

  /** Holds markers of the broker's instead of records; see `controlRecord`. */
  get isControl(): boolean {
    return isControl(this);
  }

  /** Then the base timestamp is when tombstones and aborted markers may go. */
  get hasDeleteHorizon(): boolean {
    return hasDeleteHorizon(this);
  }

  /** -1 for magic 0 and 1. */
  get lastOffsetDelta(): number {
    return this.#magic === 2 ? this.#int32(23) : -1;
  }

  /** Milliseconds since 1970, exact up to 2^53; -1 for none. Magic 1: the message's; magic 0: -1. */
  get baseTimestampMs(): number {
    return this.#magic === 2 ? this.#int64Number(27) : this.maxTimestampMs;
  }

  /** Milliseconds since 1970, exact up to 2^53; -1 for none. Magic 1: the message's; magic 0: -1. */
  get maxTimestampMs(): number {
    if (this.#magic === 2) return this.#int64Number(35);
    return this.#magic === 1 ? this.#int64Number(18) : -1;
  }

  /** -1 without an idempotent producer, and for magic 0 and 1; so the three below. */
  get producerId(): bigint {
    return this.#magic === 2 ? this.#int64(43) : -1n;
  }

  get producerEpoch(): number {
    return this.#magic === 2 ? this.#int16(51) : -1;
  }

  get baseSequence(): number {
    return this.#magic === 2 ? this.#int32(53) : -1;
  }

  get lastSequence(): number {
    return sequenceAt(this.baseSequence, this.lastOffsetDelta);
  }

  /** What the header says; it may be 0. -1 for a compressed message of magic 0 and 1: only its inside knows. */
  get recordCount(): number {
    if (this.#magic === 2) return this.#int32(57);
    return this.compressionId === 0 ? 1 : -1;
  }

  #byte(offset: number): number {
    return this.#bytes[this.#at + offset] as number;
  }

  #int16(offset: number): number {
    return ((this.#byte(offset) << 24) >> 16) | this.#byte(offset + 1);
  }

  // Shifts, not a DataView: making one for each walk costs more than it saves on a few fields.
  #int32(offset: number): number {
    const bytes = this.#bytes;
    const at = this.#at + offset;
    return (
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)
    );
  }

  #int64Number(offset: number): number {
    return this.#int32(offset) * 0x1_0000_0000 + (this.#int32(offset + 4) >>> 0);
  }

  #int64(offset: number): bigint {
    return (BigInt(this.#int32(offset)) << 32n) | BigInt(this.#int32(offset + 4) >>> 0);
  }

  #malformed(reason: string): never {
    const at = this.#at;
    this.#at = this.#end;
    this.#next = this.#end;
    throw new MalformedRecordsError(at, reason);
  }
}

/**
 * The headers of the batches in a `records` field, one after the other: {@link BatchCursor} as an
 * iterable. It yields the same cursor each time, so read what is needed before going on.
 * @throws MalformedRecordsError while iterating, where something cannot be a batch.
 */
export function* walkBatches(bytes: Uint8Array): Generator<BatchCursor, void, undefined> {
  const cursor = new BatchCursor(bytes);
  while (cursor.next()) yield cursor;
}
