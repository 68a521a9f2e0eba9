const slabBytes = 64 * 1024;
/** No number, uuids included, takes more. */
export const numberBytes = 16;

/** Writes numbers and raw bytes, and owns the slab they go into: the lower half of `Writer`. */
export class SlabWriter {
  // Plain fields, and one comparison for room: as in the reader, small methods are inlined ones.
  protected slab: Uint8Array;
  protected view: DataView;
  protected start = 0;
  protected at = 0;
  /** Up to here there is room for any number. */
  protected roomy: number;

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
  protected partFrom: number;
  /** The parts before what is under way in the slab, and their length. */
  protected parts: Uint8Array[] = [];
  protected partBytes = 0;
  /** Tagged fields under way: their size counts what is in them, so that they stay in one piece. */
  protected tagged = 0;

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

  uvarint(value: number): void {
    if (value >>> 7 !== 0) {
      this.longUvarint(value);
      return;
    }
    if (this.at > this.roomy) this.grow(numberBytes);
    this.view.setInt8(this.at++, value);
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
  protected room(length: number): number {
    if (this.at + length > this.slab.length) this.grow(length);
    const { at } = this;
    this.at = at + length;
    return at;
  }

  /** Moves the message under way to a new slab, with room for `length` bytes more. */
  protected grow(length: number): void {
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

/** @throws RangeError naming the type and the value. */
export function refuse(type: string, value: unknown): never {
  const text = typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : String(value);
  throw new RangeError(`not a valid ${type}: ${text}`);
}
