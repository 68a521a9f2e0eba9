import { InvalidRecordsError } from "./records-error.ts";
import type { NewRecord } from "./new-batch.ts";
import type { RecordHeader } from "./record-batch.ts";

const least64 = -(2n ** 63n);
const most64 = 2n ** 63n - 1n;
const mostBytes = 0x7fff_ffff;
/** Zigzag doubles: up to here, both ways, a number holds a varlong exactly. */
const exact = 2n ** 52n;
/** Below this many UTF-16 units a loop over ASCII beats the call into native code. */
const shortText = 24;

/**
 * The records of a magic 2 batch as bytes, with `room` bytes left free in front. The layout is
 * {@link RecordReader}'s. Two passes: lengths come before what they count.
 * @throws InvalidRecordsError if a record has a value that its field cannot hold.
 */
export function writeRecords(records: readonly NewRecord[], room: number): Buffer {
  const bodies = new Float64Array(records.length);
  let total = room;
  for (const [index, record] of records.entries()) {
    const body = bodyBytes(record, index);
    if (body > mostBytes) throw new InvalidRecordsError(`record ${index} has ${body} bytes`);
    bodies[index] = body;
    total += varintBytes(body) + body;
  }
  if (total > mostBytes) throw new InvalidRecordsError(`a batch of ${total} bytes`);
  const writer = new RecordWriter(Buffer.allocUnsafe(total), room);
  for (const [index, record] of records.entries()) writer.record(record, index, bodies[index] as number);
  return writer.bytes;
}

/** A record's length, which does not count itself. */
function bodyBytes(record: NewRecord, index: number): number {
  const { attributes = 0, offsetDelta = index, timestampDelta = 0n, headers } = record;
  if ((attributes << 24) >> 24 !== attributes) refuse(index, "attributes", attributes);
  if ((offsetDelta | 0) !== offsetDelta) refuse(index, "offsetDelta", offsetDelta);
  if (typeof timestampDelta !== "bigint" || timestampDelta < least64 || timestampDelta > most64) {
    refuse(index, "timestampDelta", timestampDelta);
  }
  let bytes = 1 + varlongBytes(timestampDelta) + varintBytes(offsetDelta);
  bytes += nullableBytes(record.key, index, "key") + nullableBytes(record.value, index, "value");
  if (headers === undefined) return bytes + 1;
  bytes += varintBytes(headers.length);
  for (const header of headers) {
    const keyBytes = headerKeyBytes(header, index);
    bytes += varintBytes(keyBytes) + keyBytes + nullableBytes(header.value, index, "header value");
  }
  return bytes;
}

function nullableBytes(value: Uint8Array | null | undefined, index: number, what: string): number {
  if (value === null || value === undefined) return 1;
  if (!(value instanceof Uint8Array)) refuse(index, what, value);
  return varintBytes(value.length) + value.length;
}

function headerKeyBytes({ key, keyBytes }: RecordHeader, index: number): number {
  if (keyBytes !== undefined) return keyBytes.length;
  if (typeof key !== "string") refuse(index, "header key", key);
  return isShortAscii(key) ? key.length : Buffer.byteLength(key);
}

function isShortAscii(text: string): boolean {
  if (text.length > shortText) return false;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function varintBytes(value: number): number {
  const raw = ((value << 1) ^ (value >> 31)) >>> 0;
  return raw < 0x80 ? 1 : raw < 0x4000 ? 2 : raw < 0x20_0000 ? 3 : raw < 0x1000_0000 ? 4 : 5;
}

function varlongBytes(value: bigint): number {
  if (value > -exact && value < exact) {
    let bytes = 1;
    for (let raw = zigzag(Number(value)); raw >= 0x80; raw /= 0x80) bytes++;
    return bytes;
  }
  let bytes = 1;
  for (let raw = zigzag64(value) >> 7n; raw > 0n; raw >>= 7n) bytes++;
  return bytes;
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function zigzag64(value: bigint): bigint {
  return value < 0n ? -2n * value - 1n : 2n * value;
}

class RecordWriter {
  readonly bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.#at = at;
  }

  record(record: NewRecord, index: number, body: number): void {
    const { attributes = 0, offsetDelta = index, timestampDelta = 0n, headers } = record;
    this.#varint(body);
    this.bytes[this.#at++] = attributes;
    this.#varlong(timestampDelta);
    this.#varint(offsetDelta);
    this.#nullableBytes(record.key);
    this.#nullableBytes(record.value);
    this.#varint(headers?.length ?? 0);
    if (headers === undefined) return;
    for (const header of headers) {
      this.#headerKey(header);
      this.#nullableBytes(header.value);
    }
  }

  #headerKey({ key, keyBytes }: RecordHeader): void {
    if (keyBytes !== undefined) {
      this.#nullableBytes(keyBytes);
    } else if (isShortAscii(key)) {
      this.#varint(key.length);
      for (let i = 0; i < key.length; i++) this.bytes[this.#at++] = key.charCodeAt(i);
    } else {
      const length = Buffer.byteLength(key);
      this.#varint(length);
      this.bytes.write(key, this.#at, length, "utf8");
      this.#at += length;
    }
  }

  #nullableBytes(value: Uint8Array | null | undefined): void {
    if (value === null || value === undefined) {
      this.#varint(-1);
      return;
    }
    this.#varint(value.length);
    this.bytes.set(value, this.#at);
    this.#at += value.length;
  }

  #varint(value: number): void {
    let raw = ((value << 1) ^ (value >> 31)) >>> 0;
    for (; raw > 0x7f; raw >>>= 7) this.bytes[this.#at++] = (raw & 0x7f) | 0x80;
    this.bytes[this.#at++] = raw;
  }

  #varlong(value: bigint): void {
    if (value > -exact && value < exact) {
      let raw = zigzag(Number(value));
      for (; raw > 0x7f; raw = Math.floor(raw / 0x80)) this.bytes[this.#at++] = (raw % 0x80) | 0x80;
      this.bytes[this.#at++] = raw;
      return;
    }
    let raw = zigzag64(value);
    for (; raw > 0x7fn; raw >>= 7n) this.bytes[this.#at++] = Number(raw & 0x7fn) | 0x80;
    this.bytes[this.#at++] = Number(raw);
  }
}

function refuse(index: number, what: string, value: unknown): never {
  throw new InvalidRecordsError(`record ${index}: not a valid ${what}: ${String(value)}`);
}
