import { decodeUtf8, decodeUuid } from "./text.ts";
import { WireError } from "./wire-error.ts";

/** A tagged field that the message's definition does not know (KIP-482). */
export interface UnknownTaggedField {
  readonly tag: number;
  /** The field's bytes, without their length. A view of the message, not a copy. */
  readonly data: Uint8Array;
}

const nothing = new Uint8Array(0);
/** Longest string that Kafka accepts, in bytes of UTF-8. */
const maxStringBytes = 0x7fff;
/** A bigger buffer is let go after a message, so that a reader kept for reuse does not hold it. */
const keepBytes = 1 << 20;

/**
 * Reads Kafka's primitives, big-endian throughout, from one message's bytes.
 *
 *     string, bytes, arrays    classic: int16/int32 length, -1 = null
 *                              compact: uvarint(length + 1), 0 = null
 *     uvarint                  LEB128, at most 5 bytes, below 2^31
 *     tagged fields            uvarint n, n × { uvarint tag, uvarint size, bytes }
 *
 * `bytes` values are views of what the reader was given: nothing is copied, and whoever keeps one
 * beyond the message's life copies it (`.slice()`). Every length is held against the bytes left
 * before anything is made of it. All failures are {@link WireError}.
 */
export class Reader {
  #bytes: Uint8Array = nothing;
  #view: DataView = new DataView(nothing.buffer);
  /** What an index into `#bytes` needs to be one into `#view`, which spans the whole ArrayBuffer. */
  #base = 0;
  #at = 0;
  #end = 0;

  constructor(bytes?: Uint8Array) {
    if (bytes !== undefined) this.reset(bytes);
  }

  /** Starts over on other bytes. Making a reader costs more than most messages: keep and reset it. */
  reset(bytes: Uint8Array): void {
    const { buffer } = bytes;
    if (this.#view.buffer !== buffer) this.#view = new DataView(buffer);
    this.#bytes = bytes;
    this.#base = bytes.byteOffset;
    this.#at = 0;
    this.#end = bytes.length;
  }

  /** Lets go of the bytes. The next `reset` on the same ArrayBuffer stays cheap while it is small. */
  release(): void {
    this.#bytes = nothing;
    if (this.#view.buffer.byteLength > keepBytes) this.#view = new DataView(nothing.buffer);
    this.#base = 0;
    this.#at = 0;
    this.#end = 0;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#at;
  }

  /** Bytes not yet read. */
  get remaining(): number {
    return this.#end - this.#at;
  }

  /** @throws WireError if there are bytes left over. */
  done(): void {
    if (this.#at !== this.#end) throw new WireError(`${this.remaining} bytes left over`, this.#at);
  }

  bool(): boolean {
    const at = this.#take(1);
    return this.#bytes[at] !== 0;
  }

  int8(): number {
    return ((this.#bytes[this.#take(1)] as number) << 24) >> 24;
  }

  int16(): number {
    return this.#view.getInt16(this.#base + this.#take(2));
  }

  uint16(): number {
    return this.#view.getUint16(this.#base + this.#take(2));
  }

  int32(): number {
    return this.#view.getInt32(this.#base + this.#take(4));
  }

  uint32(): number {
    return this.#view.getUint32(this.#base + this.#take(4));
  }

  int64(): bigint {
    return this.#view.getBigInt64(this.#base + this.#take(8));
  }

  /** An int64 as the nearest number: for magnitudes (offsets, timestamps), at a tenth of a bigint's cost. */
  int64Number(): number {
    const at = this.#base + this.#take(8);
    return this.#view.getInt32(at) * 0x1_0000_0000 + this.#view.getUint32(at + 4);
  }

  float64(): number {
    return this.#view.getFloat64(this.#base + this.#take(8));
  }

  /** A uuid in Kafka's text form, 22 characters of base64url. */
  uuid(): string {
    return decodeUuid(this.#bytes, this.#take(16));
  }

  uvarint(): number {
    const from = this.#at;
    const first = this.#bytes[this.#take(1)] as number;
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = this.#bytes[this.#take(1)] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    const last = this.#bytes[this.#take(1)] as number;
    // Java reads what is above 2^31 - 1 as a negative length; no peer means it.
    if (last > 0x07) throw new WireError("varint above 2147483647", from);
    return value | (last << 28);
  }

  string(): string {
    const length = this.int16();
    return length < 0 ? this.#null(length, 2) : this.#text(length);
  }

  nullableString(): string | null {
    const length = this.int16();
    if (length >= 0) return this.#text(length);
    return length === -1 ? null : this.#negative(length, 2);
  }

  compactString(): string {
    const length = this.uvarint() - 1;
    return length < 0 ? this.#null(length, 1) : this.#text(length);
  }

  compactNullableString(): string | null {
    const length = this.uvarint() - 1;
    return length < 0 ? null : this.#text(length);
  }

  bytes(): Uint8Array {
    const length = this.int32();
    return length < 0 ? this.#null(length, 4) : this.raw(length);
  }

  nullableBytes(): Uint8Array | null {
    const length = this.int32();
    if (length >= 0) return this.raw(length);
    return length === -1 ? null : this.#negative(length, 4);
  }

  compactBytes(): Uint8Array {
    const length = this.uvarint() - 1;
    return length < 0 ? this.#null(length, 1) : this.raw(length);
  }

  compactNullableBytes(): Uint8Array | null {
    const length = this.uvarint() - 1;
    return length < 0 ? null : this.raw(length);
  }

  /** A view of the next `length` bytes. */
  raw(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** Passes over `length` bytes. */
  skip(length: number): void {
    this.#take(length);
  }

  /**
   * An array's element count, refused unless that many elements of at least `leastBytes` each fit
   * into the bytes left: a count is never believed before memory is spent on it.
   */
  count(leastBytes: number): number {
    const count = this.int32();
    return count < 0 ? this.#null(count, 4) : this.#counted(count, leastBytes);
  }

  /** As {@link count}; -1 for null. */
  nullableCount(leastBytes: number): number {
    const count = this.int32();
    if (count >= 0) return this.#counted(count, leastBytes);
    return count === -1 ? count : this.#negative(count, 4);
  }

  /** As {@link count}, from a compact array. */
  compactCount(leastBytes: number): number {
    const count = this.uvarint() - 1;
    return count < 0 ? this.#null(count, 1) : this.#counted(count, leastBytes);
  }

  /** As {@link count}, from a compact array; -1 for null. */
  compactNullableCount(leastBytes: number): number {
    return this.#counted(this.uvarint() - 1, leastBytes);
  }

  /** The marker before a nullable struct: is it there? */
  present(): boolean {
    return this.int8() >= 0;
  }

  /** The tagged fields of a struct that defines none: all are unknown. Null if there are none. */
  taggedFields(): UnknownTaggedField[] | null {
    let left = this.uvarint();
    if (left === 0) return null;
    let fields: UnknownTaggedField[] | null = null;
    for (; left > 0; left--) fields = this.unknownTaggedField(this.uvarint(), this.uvarint(), fields);
    return fields;
  }

  /** Appends the next `size` bytes to `fields` (made on first use) as the unknown field `tag`. */
  unknownTaggedField(tag: number, size: number, fields: UnknownTaggedField[] | null): UnknownTaggedField[] {
    const field = { tag, data: this.raw(size) };
    if (fields === null) return [field];
    fields.push(field);
    return fields;
  }

  /** Where a tagged field of `size` bytes has to end. */
  taggedEnd(size: number): number {
    if (size > this.#end - this.#at) this.#short(size);
    return this.#at + size;
  }

  /** @throws WireError unless a known tagged field has used up exactly its size. */
  expectEnd(end: number): void {
    if (this.#at !== end) {
      throw new WireError(`tagged field ends ${this.#at - end} bytes from its size`, this.#at);
    }
  }

  /** The length of a bytes field, which has to fit into what is left; -1 for null. Then they follow. */
  bytesLength(): number {
    const length = this.int32();
    return length < -1 ? this.#negative(length, 4) : this.#counted(length, 1);
  }

  /** As {@link bytesLength}, of compact bytes. */
  compactBytesLength(): number {
    return this.#counted(this.uvarint() - 1, 1);
  }

  /** Passes over a classic string, null or not. */
  skipString(): void {
    const length = this.int16();
    if (length > 0) this.#take(length);
    else if (length < -1) this.#negative(length, 2);
  }

  /** Passes over classic bytes, null or not. */
  skipBytes(): void {
    const length = this.bytesLength();
    if (length > 0) this.#take(length);
  }

  /** Passes over a compact string or compact bytes, null or not. */
  skipCompact(): void {
    const length = this.uvarint() - 1;
    if (length > 0) this.#take(length);
  }

  /** The int8 `ahead` bytes from here, without moving. The caller has held it against `remaining`. */
  peekInt8(ahead: number): number {
    return this.#view.getInt8(this.#base + this.#at + ahead);
  }

  peekInt32(ahead: number): number {
    return this.#view.getInt32(this.#base + this.#at + ahead);
  }

  peekInt64Number(ahead: number): number {
    const at = this.#base + this.#at + ahead;
    return this.#view.getInt32(at) * 0x1_0000_0000 + this.#view.getUint32(at + 4);
  }

  /** Passes over all tagged fields of a struct. */
  skipTaggedFields(): void {
    for (let left = this.uvarint(); left > 0; left--) {
      this.uvarint();
      this.#take(this.uvarint());
    }
  }

  #take(length: number): number {
    const at = this.#at;
    const next = at + length;
    if (next > this.#end) this.#short(length);
    this.#at = next;
    return at;
  }

  #text(length: number): string {
    if (length > maxStringBytes) throw new WireError(`string of ${length} bytes, above 32767`, this.#at);
    const at = this.#take(length);
    return decodeUtf8(this.#bytes, at, at + length);
  }

  #counted(count: number, leastBytes: number): number {
    if (count * leastBytes > this.#end - this.#at) {
      throw new WireError(`${count} elements announced, ${this.remaining} bytes left`, this.#at);
    }
    return count;
  }

  #short(length: number): never {
    throw new WireError(`${length} bytes needed, ${this.remaining} left`, this.#at);
  }

  #null(length: number, prefixBytes: number): never {
    if (length < -1) return this.#negative(length, prefixBytes);
    throw new WireError("null, where null is not allowed", this.#at - prefixBytes);
  }

  #negative(length: number, prefixBytes: number): never {
    throw new WireError(`negative length ${length}`, this.#at - prefixBytes);
  }
}
