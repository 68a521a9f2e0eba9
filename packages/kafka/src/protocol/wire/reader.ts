import { NumberReader } from "./number-reader.ts";
import { decodeUtf8, decodeUuid } from "./text.ts";
import { WireError } from "./wire-error.ts";

/** A tagged field that the message's definition does not know (KIP-482). */
export interface UnknownTaggedField {
  readonly tag: number;
  /** The field's bytes, without their length. A view of the message, not a copy. */
  readonly data: Uint8Array;
}

/** Longest string that Kafka accepts, in bytes of UTF-8. */
const maxStringBytes = 0x7fff;
/** Elements that an array gets room for before they are read. */
const maxRoom = 1024;

/**
 * Reads Kafka's primitives, big-endian throughout, from one message's bytes.
 *
 *     string, bytes, arrays    classic: int16/int32 length, -1 = null
 *                              compact: uvarint(length + 1), 0 = null
 *     uvarint                  LEB128, at most 5 bytes, below 2^31
 *     tagged fields            uvarint n, n × { uvarint tag, uvarint size, bytes }
 *
 * `bytes` values are views of what the reader was given: nothing is copied, and whoever keeps one
 * beyond the message's life copies it (`.slice()`). Every length and count is held against the bytes
 * left before anything is made of it: {@link WireError}.
 *
 * Numbers are read unchecked, and running off the end with one is told by {@link check} or `done`,
 * once for many: until then they may be of whatever lies behind the message (a `RangeError`, where
 * nothing does). Work stays bounded, as counts cannot exceed what was left.
 */
export class Reader extends NumberReader {
  /** A uuid in Kafka's text form, 22 characters of base64url. */
  uuid(): string {
    return decodeUuid(this.all, this.take(16));
  }

  string(): string {
    const length = this.int16();
    return length < 0 ? this.noNull(length, 2) : this.text(length);
  }

  nullableString(): string | null {
    const length = this.int16();
    if (length >= 0) return this.text(length);
    return length === -1 ? null : this.negative(length, 2);
  }

  compactString(): string {
    const length = this.uvarint() - 1;
    return length < 0 ? this.noNull(length, 1) : this.text(length);
  }

  compactNullableString(): string | null {
    const length = this.uvarint() - 1;
    return length < 0 ? null : this.text(length);
  }

  bytes(): Uint8Array {
    const length = this.int32();
    return length < 0 ? this.noNull(length, 4) : this.raw(length);
  }

  nullableBytes(): Uint8Array | null {
    const length = this.int32();
    if (length >= 0) return this.raw(length);
    return length === -1 ? null : this.negative(length, 4);
  }

  compactBytes(): Uint8Array {
    const length = this.uvarint() - 1;
    return length < 0 ? this.noNull(length, 1) : this.raw(length);
  }

  compactNullableBytes(): Uint8Array | null {
    const length = this.uvarint() - 1;
    return length < 0 ? null : this.raw(length);
  }

  /** A view of the next `length` bytes. */
  raw(length: number): Uint8Array {
    // Not `subarray`: it costs half as much again.
    return new Uint8Array(this.view.buffer, this.take(length), length);
  }

  /** Passes over `length` bytes. */
  skip(length: number): void {
    this.take(length);
  }

  /**
   * An array's element count, refused unless that many elements of at least `leastBytes` each fit
   * into the bytes left: a count is never believed before memory is spent on it.
   */
  count(leastBytes: number): number {
    const count = this.int32();
    return count < 0 ? this.noNull(count, 4) : this.counted(count, leastBytes);
  }

  /** As {@link count}; -1 for null. */
  nullableCount(leastBytes: number): number {
    const count = this.int32();
    if (count >= 0) return this.counted(count, leastBytes);
    return count === -1 ? count : this.negative(count, 4);
  }

  /** As {@link count}, from a compact array. */
  compactCount(leastBytes: number): number {
    const count = this.uvarint() - 1;
    return count < 0 ? this.noNull(count, 1) : this.counted(count, leastBytes);
  }

  /** As {@link count}, from a compact array; -1 for null. */
  compactNullableCount(leastBytes: number): number {
    return this.counted(this.uvarint() - 1, leastBytes);
  }

  /**
   * An array to put `count` elements into, in order. Room is made for the first thousand or so; beyond
   * them it grows with the elements that are really there.
   */
  list<T>(count: number): T[] {
    // An exact size: growing by `push`, an array of three elements keeps room for seventeen.
    // oxlint-disable-next-line unicorn/no-new-array -- and `Array.from` would fill it with undefined
    return count > 0 ? new Array<T>(count < maxRoom ? count : maxRoom) : [];
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
    if (size > this.end - this.at) this.short(size);
    return this.at + size;
  }

  /** @throws WireError unless a known tagged field has used up exactly its size. */
  expectEnd(end: number): void {
    if (this.at !== end) {
      throw new WireError(`tagged field ends ${this.at - end} bytes from its size`, this.offset);
    }
  }

  /** The length of a bytes field, which has to fit into what is left; -1 for null. Then they follow. */
  bytesLength(): number {
    const length = this.int32();
    return length < -1 ? this.negative(length, 4) : this.counted(length, 1);
  }

  /** As {@link bytesLength}, of compact bytes. */
  compactBytesLength(): number {
    return this.counted(this.uvarint() - 1, 1);
  }

  /** Passes over a classic string, null or not. */
  skipString(): void {
    const length = this.int16();
    if (length > 0) this.take(length);
    else if (length < -1) this.negative(length, 2);
  }

  /** Passes over classic bytes, null or not. */
  skipBytes(): void {
    const length = this.bytesLength();
    if (length > 0) this.take(length);
  }

  /** Passes over a compact string or compact bytes, null or not. */
  skipCompact(): void {
    const length = this.uvarint() - 1;
    if (length > 0) this.take(length);
  }

  /** Passes over all tagged fields of a struct. */
  skipTaggedFields(): void {
    for (let left = this.uvarint(); left > 0; left--) {
      this.uvarint();
      this.take(this.uvarint());
    }
  }

  private text(length: number): string {
    if (length > maxStringBytes) throw new WireError(`string of ${length} bytes, above 32767`, this.offset);
    const at = this.take(length);
    return decodeUtf8(this.all, at, at + length);
  }

  private counted(count: number, leastBytes: number): number {
    if (count * leastBytes > this.end - this.at) {
      throw new WireError(`${count} elements announced, ${this.remaining} bytes left`, this.offset);
    }
    return count;
  }

  private noNull(length: number, prefixBytes: number): never {
    if (length < -1) return this.negative(length, prefixBytes);
    throw new WireError("null, where null is not allowed", this.offset - prefixBytes);
  }

  private negative(length: number, prefixBytes: number): never {
    throw new WireError(`negative length ${length}`, this.offset - prefixBytes);
  }
}
