import { WireError } from "./wire-error.ts";

const nothing = new Uint8Array(0);
const noView = new DataView(nothing.buffer);
/** A bigger buffer is let go after a message, so that a reader kept for reuse does not hold it. */
const keepBytes = 1 << 20;

/** Reads numbers, and knows where in the bytes it is: the lower half of `Reader`. */
export class NumberReader {
  // Plain fields and positions in the whole ArrayBuffer, not #private ones and offsets: the methods
  // have to be small enough to be inlined dozens of times into one decoder.
  protected view: DataView = noView;
  protected all: Uint8Array = nothing;
  protected start = 0;
  protected at = 0;
  protected end = 0;

  constructor(bytes?: Uint8Array) {
    if (bytes !== undefined) this.reset(bytes);
  }

  /** Starts over on other bytes. Making a reader costs more than most messages: keep and reset it. */
  reset(bytes: Uint8Array): void {
    const { buffer, byteOffset } = bytes;
    if (this.view.buffer !== buffer) {
      this.view = new DataView(buffer);
      this.all = new Uint8Array(buffer);
    }
    this.start = byteOffset;
    this.at = byteOffset;
    this.end = byteOffset + bytes.length;
  }

  /** Lets go of the bytes. The next `reset` on the same ArrayBuffer stays cheap while it is small. */
  release(): void {
    if (this.all.length > keepBytes) {
      this.view = noView;
      this.all = nothing;
    }
    this.start = 0;
    this.at = 0;
    this.end = 0;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.at - this.start;
  }

  /** Bytes not yet read. Negative after running off the end. */
  get remaining(): number {
    return this.end - this.at;
  }

  /** @throws WireError if more was read than there is. */
  check(): void {
    if (this.at > this.end) {
      throw new WireError(`${this.at - this.end} bytes missing`, this.end - this.start);
    }
  }

  /** @throws WireError if more was read than there is, or less. */
  done(): void {
    this.check();
    if (this.at !== this.end) throw new WireError(`${this.remaining} bytes left over`, this.offset);
  }

  bool(): boolean {
    return this.view.getInt8(this.at++) !== 0;
  }

  int8(): number {
    return this.view.getInt8(this.at++);
  }

  int16(): number {
    const { at } = this;
    this.at = at + 2;
    return this.view.getInt16(at);
  }

  uint16(): number {
    const { at } = this;
    this.at = at + 2;
    return this.view.getUint16(at);
  }

  int32(): number {
    const { at } = this;
    this.at = at + 4;
    return this.view.getInt32(at);
  }

  uint32(): number {
    const { at } = this;
    this.at = at + 4;
    return this.view.getUint32(at);
  }

  int64(): bigint {
    const { at } = this;
    this.at = at + 8;
    return this.view.getBigInt64(at);
  }

  /** An int64 as the nearest number: for magnitudes (offsets, timestamps), at a tenth of a bigint's cost. */
  int64Number(): number {
    const { at } = this;
    this.at = at + 8;
    return this.view.getInt32(at) * 0x1_0000_0000 + this.view.getUint32(at + 4);
  }

  float64(): number {
    const { at } = this;
    this.at = at + 8;
    return this.view.getFloat64(at);
  }

  uvarint(): number {
    const first = this.view.getUint8(this.at++);
    return first < 0x80 ? first : this.longUvarint(first & 0x7f);
  }

  /** For whoever reads numbers at places of its own: the bytes, and where in them this reader is. */
  get dataView(): DataView {
    return this.view;
  }

  /** Where in {@link dataView} the next byte is. */
  get position(): number {
    return this.at;
  }

  protected take(length: number): number {
    const { at } = this;
    if (length > this.end - at) this.short(length);
    this.at = at + length;
    return at;
  }

  private longUvarint(low: number): number {
    let value = low;
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = this.view.getUint8(this.at++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    const last = this.view.getUint8(this.at++);
    // Java reads what is above 2^31 - 1 as a negative length; no peer means it.
    if (last > 0x07) throw new WireError("varint above 2147483647", this.offset - 5);
    return value | (last << 28);
  }

  protected short(length: number): never {
    throw new WireError(`${length} bytes needed, ${this.remaining} left`, this.offset);
  }
}
