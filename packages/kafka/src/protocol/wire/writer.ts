import type { UnknownTaggedField } from "./reader.ts";
import { numberBytes, refuse, SlabWriter } from "./slab-writer.ts";
import { encodeUtf8, encodeUuid } from "./text.ts";

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
export class Writer extends SlabWriter {
  uuid(value: string): void {
    if (this.at > this.roomy) this.grow(numberBytes);
    if (!encodeUuid(this.slab, value, this.at)) refuse("uuid", value);
    this.at += 16;
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
}

function sized(value: Uint8Array): number {
  if (!(value instanceof Uint8Array)) refuse("bytes", value);
  return value.length;
}
