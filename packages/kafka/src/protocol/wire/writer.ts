import { encodeUtf8, encodeUuid } from "./text.ts";
import type { UnknownTaggedField } from "./reader.ts";

const slabBytes = 64 * 1024;
/** No number, uuids included, takes more. */
const numberBytes = 16;
const maxStringBytes = 0x7fff;

/**
 * Writes Kafka's primitives, the mirror of `Reader`.
 *
 * One pass, into a slab that messages share: `finish` hands out a view of the slab instead of a
 * copy, and the next message goes behind it. So a small message that is kept keeps its slab (64 KiB)
 * alive; copy it if it has to live long.
 *
 * A value outside its type's range is refused with a `RangeError` or `TypeError`, never wrapped;
 * a message's `encode` turns that into an `InvalidMessageError` that names the field.
 */
export class Writer {
  // Plain fields, and one comparison for room: as in the reader, small methods are inlined ones.
  private slab: Uint8Array;
  private view: DataView;
  private start = 0;
  private at = 0;
  /** Up to here there is room for any number. */
  private roomy: number;

  /**
   * @param initialBytes room of the first slab
   * @param partFrom bytes values of this length and more are not copied but become parts of their own,
   *   for `finishParts`
   */
  constructor(initialBytes: number = slabBytes, partFrom: number = Number.POSITIVE_INFINITY) {
    this.partFrom = partFrom;
    this.slab = Buffer.allocUnsafeSlow(initialBytes);
    this.view = new DataView(this.slab.buffer);
    this.roomy = initialBytes - numberBytes;
  }

  /** Bytes values from this length on become parts of their own. */
  private partFrom: number;
  /** The parts before what is under way in the slab, and their length. */
  private parts: Uint8Array[] = [];
  private partBytes = 0;
  /** Tagged fields under way: their size counts what is in them, so that they stay in one piece. */
  private tagged = 0;

  /** Bytes written since the last `finish`. */
  get length(): number {
    return this.partBytes + this.at - this.start;
  }

  /** What was written, as a view that this writer does not touch again. */
  finish(): Uint8Array {
    const message = new Uint8Array(this.slab.buffer, this.start, this.at - this.start);
    this.start = this.at;
    return message;
  }

  /** As `finish`, of a writer that makes parts: they follow each other. */
  finishParts(): Uint8Array[] {
    const { parts } = this;
    if (this.at > this.start) parts.push(this.finish());
    this.parts = [];
    this.partBytes = 0;
    return parts;
  }

  /** Forgets what was written since the last `finish`. */
  reset(): void {
    this.at = this.start;
    this.parts = [];
    this.partBytes = 0;
    this.tagged = 0;
  }

  bool(value: boolean): void {
    if (typeof value !== "boolean") refuse("bool", value);
    if (this.at > this.roomy) this.grow(numberBytes);
    this.view.setInt8(this.at++, value ? 1 : 0);
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) refuse("int8", value);
    if (this.at > this.roomy) this.grow(numberBytes);
    this.view.setInt8(this.at++, value);
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) refuse("int16", value);
    if (this.at > this.roomy) this.grow(numberBytes);
    this.view.setInt16(this.at, value);
    this.at += 2;
  }

  uint16(value: number): void {
    if ((value & 0xffff) !== value) refuse("uint16", value);
    if (this.at > this.roomy) this.grow(numberBytes);
    this.view.setUint16(this.at, value);
    this.at += 2;
  }

  int32(value: number): void {
    if ((value | 0) !== value) refuse("int32", value);
    if (this.at > this.roomy) this.grow(numberBytes);
    this.view.setInt32(this.at, value);
    this.at += 4;
  }

  uint32(value: number): void {
    if (value >>> 0 !== value) refuse("uint32", value);
    if (this.at > this.roomy) this.grow(numberBytes);
    this.view.setUint32(this.at, value);
    this.at += 4;
  }

  int64(value: bigint): void {
    if (this.at > this.roomy) this.grow(numberBytes);
    this.view.setBigInt64(this.at, value);
    // What does not fit was cut: reading it back costs less than comparing it with both limits.
    if (this.view.getBigInt64(this.at) !== value) refuse("int64", value);
    this.at += 8;
  }

  float64(value: number): void {
    if (typeof value !== "number") refuse("float64", value);
    if (this.at > this.roomy) this.grow(numberBytes);
    this.view.setFloat64(this.at, value);
    this.at += 8;
  }

  uuid(value: string): void {
    if (this.at > this.roomy) this.grow(numberBytes);
    if (!encodeUuid(this.slab, value, this.at)) refuse("uuid", value);
    this.at += 16;
  }

  uvarint(value: number): void {
    if (value >>> 7 !== 0) {
      this.longUvarint(value);
      return;
    }
    if (this.at > this.roomy) this.grow(numberBytes);
    this.view.setInt8(this.at++, value);
  }

  string(value: string): void {
    if (typeof value !== "string") refuse("string", value);
    const at = this.room(value.length * 3 + 2);
    const length = encodeUtf8(this.slab, value, at + 2);
    if (length > maxStringBytes) refuse("string of at most 32767 bytes", value);
    this.view.setInt16(at, length);
    this.at = at + 2 + length;
  }

  nullableString(value: string | null): void {
    if (value === null) this.int16(-1);
    else this.string(value);
  }

  compactString(value: string): void {
    if (typeof value !== "string") refuse("string", value);
    const at = this.room(value.length * 3 + 3);
    const bytes = this.slab;
    // The length goes in front and is known behind: guess its width, as most strings are short.
    const width = value.length < 127 ? 1 : value.length < 16_383 ? 2 : 3;
    let length = encodeUtf8(bytes, value, at + width);
    if (length > maxStringBytes) refuse("string of at most 32767 bytes", value);
    const needed = length < 127 ? 1 : length < 16_383 ? 2 : 3;
    if (needed !== width) bytes.copyWithin(at + needed, at + width, at + width + length);
    this.at = at + needed + length;
    length += 1;
    if (needed === 1) {
      bytes[at] = length;
    } else {
      bytes[at] = (length & 0x7f) | 0x80;
      if (needed === 2) {
        bytes[at + 1] = length >> 7;
      } else {
        bytes[at + 1] = ((length >> 7) & 0x7f) | 0x80;
        bytes[at + 2] = length >> 14;
      }
    }
  }

  compactNullableString(value: string | null): void {
    if (value === null) this.uvarint(0);
    else this.compactString(value);
  }

  bytes(value: Uint8Array): void {
    this.int32(sized(value));
    this.raw(value);
  }

  nullableBytes(value: Uint8Array | null): void {
    if (value === null) this.int32(-1);
    else this.bytes(value);
  }

  compactBytes(value: Uint8Array): void {
    this.uvarint(sized(value) + 1);
    this.raw(value);
  }

  compactNullableBytes(value: Uint8Array | null): void {
    if (value === null) this.uvarint(0);
    else this.compactBytes(value);
  }

  /** `value` as it is, without a length. */
  raw(value: Uint8Array): void {
    if (value.length >= this.partFrom && this.tagged === 0) {
      this.part(value);
      return;
    }
    const at = this.room(value.length);
    this.slab.set(value, at);
  }

  /** An array's element count. */
  count(count: number): void {
    if (count < 0) refuse("array", null);
    this.int32(count);
  }

  /** An array's element count; -1 for null. */
  nullableCount(count: number): void {
    this.int32(count);
  }

  compactCount(count: number): void {
    if (count < 0) refuse("array", null);
    this.uvarint(count + 1);
  }

  /** An array's element count; -1 for null. */
  compactNullableCount(count: number): void {
    this.uvarint(count + 1);
  }

  /** The marker before a nullable struct. */
  present(present: boolean): void {
    this.int8(present ? 1 : -1);
  }

  /** The tagged fields of a struct that defines none, in the order given. */
  taggedFields(unknown: readonly UnknownTaggedField[] | null | undefined): void {
    if (unknown === null || unknown === undefined) {
      this.uvarint(0);
      return;
    }
    this.uvarint(unknown.length);
    this.unknownBelow(0x8000_0000, unknown, 0);
  }

  /**
   * Writes the fields of `unknown` from index `from` on while their tag is below `tag`, and returns
   * the index of the first left over: so known and unknown fields come out in one ascending order.
   */
  unknownBelow(tag: number, unknown: readonly UnknownTaggedField[], from: number): number {
    let index = from;
    for (; index < unknown.length; index++) {
      const field = unknown[index] as UnknownTaggedField;
      if (field.tag > tag) break;
      if (!Number.isInteger(field.tag)) refuse("tag", field.tag);
      this.uvarint(field.tag);
      this.compactSizedRaw(field.data);
    }
    return index;
  }

  /** uvarint size, then the bytes: a tagged field's data. */
  compactSizedRaw(data: Uint8Array): void {
    this.uvarint(sized(data));
    this.raw(data);
  }

  /** Opens a tagged field: writes the tag, keeps a byte for the size. Give the result to `closeTagged`. */
  openTagged(tag: number): number {
    this.uvarint(tag);
    this.tagged++;
    return this.room(1) - this.start;
  }

  /** Closes the tagged field opened at `mark` with the size that it came to. */
  closeTagged(mark: number): void {
    this.tagged--;
    const size = this.at - this.start - mark - 1;
    if (size < 0x80) {
      this.slab[this.start + mark] = size;
      return;
    }
    const more = size < 0x4000 ? 1 : size < 0x20_0000 ? 2 : size < 0x1000_0000 ? 3 : 4;
    this.room(more);
    const from = this.start + mark;
    this.slab.copyWithin(from + 1 + more, from + 1, from + 1 + size);
    const end = this.at;
    this.at = from;
    this.uvarint(size);
    this.at = end;
  }

  /** Sets the int32 that was written first since the last `finish`: a size known only later. */
  patchFirstInt32(value: number): void {
    const [first] = this.parts;
    if (first === undefined) this.view.setInt32(this.start, value);
    else new DataView(first.buffer).setInt32(first.byteOffset, value);
  }

  private part(value: Uint8Array): void {
    this.partBytes = this.length + value.length;
    if (this.at > this.start) this.parts.push(this.finish());
    this.parts.push(value);
  }

  private longUvarint(value: number): void {
    if ((value | 0) !== value || value < 0) refuse("uvarint", value);
    if (this.at > this.roomy) this.grow(numberBytes);
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.slab[this.at++] = (rest & 0x7f) | 0x80;
    this.slab[this.at++] = rest;
  }

  /** Claims `length` bytes and returns where they begin. */
  private room(length: number): number {
    if (this.at + length > this.slab.length) this.grow(length);
    const { at } = this;
    this.at = at + length;
    return at;
  }

  /** Moves the message under way to a new slab, with room for `length` bytes more. */
  private grow(length: number): void {
    const used = this.at - this.start;
    const slab = Buffer.allocUnsafeSlow(Math.max(slabBytes, 2 * (used + length)));
    slab.set(this.slab.subarray(this.start, this.at));
    this.slab = slab;
    this.view = new DataView(slab.buffer);
    this.roomy = slab.length - numberBytes;
    this.start = 0;
    this.at = used;
  }
}

function sized(value: Uint8Array): number {
  if (!(value instanceof Uint8Array)) refuse("bytes", value);
  return value.length;
}

function refuse(type: string, value: unknown): never {
  const text = typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : String(value);
  throw new RangeError(`not a valid ${type}: ${text}`);
}
