import { decodeUtf8 } from "../wire/text.ts";
import type { BatchRecord, RecordHeader } from "./record-batch.ts";
import { RecordsLimitError } from "./records-error.ts";

/** Least bytes of a record: its length, five one-byte fields, and the count of headers. */
const leastRecordBytes = 7;
/** Least bytes of a header: two lengths. */
const leastHeaderBytes = 2;

/** The varlongs of one byte, made once: timestamps in a batch are often the same. */
const oneByteVarlongs = Array.from({ length: 0x80 }, (_, raw) => BigInt((raw >>> 1) ^ -(raw & 1)));

const noHeaders: readonly RecordHeader[] = Object.freeze([]);

/** Why records cannot be read. The batch's decoder adds which batch. */
export class BadRecord extends Error {}

/**
 * Reads the records of one magic 2 batch, after decompression.
 *
 *     record   length varint | attributes int8 | timestampDelta varlong | offsetDelta varint |
 *              key | value | headerCount varint | headers
 *     key, value   varint length, -1 = null, and that many bytes
 *     header   varint length and UTF-8 | value
 *     varint, varlong   zigzag LEB128 of 32 and 64 bits, at most 5 and 10 bytes
 *
 * Keys and values are views of the bytes given. Lengths and counts are held against the bytes left
 * before anything is made of them.
 */
export class RecordReader {
  readonly #bytes: Uint8Array;
  readonly #buffer: ArrayBufferLike;
  /** What an index into `#bytes` needs to be one into `#buffer`. */
  readonly #from: number;
  readonly #end: number;
  readonly #maxHeaders: number;
  /** The keys of the record before, by position: records of a batch mostly have the same. */
  readonly #lastKeys: string[] = [];
  #headersLeft: number;
  #at: number;
  #index = 0;

  /** Reads `bytes` from `start` to their end. */
  constructor(bytes: Uint8Array, start: number, maxHeaders: number) {
    this.#bytes = bytes;
    this.#buffer = bytes.buffer;
    this.#from = bytes.byteOffset;
    this.#at = start;
    this.#end = bytes.length;
    this.#maxHeaders = maxHeaders;
    this.#headersLeft = maxHeaders;
  }

  /** @throws BadRecord unless the bytes are exactly `count` records. */
  records(count: number): BatchRecord[] {
    if (count * leastRecordBytes > this.#end - this.#at) {
      throw new BadRecord(`${count} records announced in ${this.#end - this.#at} bytes`);
    }
    const records: BatchRecord[] = [];
    for (; this.#index < count; this.#index++) records.push(this.#record());
    if (this.#at !== this.#end) {
      throw new BadRecord(`${this.#end - this.#at} bytes left over after ${count} records`);
    }
    return records;
  }

  #record(): BatchRecord {
    const length = this.#varint();
    const end = this.#at + length;
    if (length < 0 || end > this.#end) this.#bad(`length ${length}, ${this.#end - this.#at} bytes left`);
    const attributes = ((this.#bytes[this.#at++] as number) << 24) >> 24;
    const timestampDelta = this.#varlong();
    const offsetDelta = this.#varint();
    const key = this.#nullableBytes("key", end);
    const value = this.#nullableBytes("value", end);
    const headers = this.#headers(end);
    if (this.#at !== end) this.#bad(`fields end ${this.#at - end} bytes from the length`);
    return { attributes, offsetDelta, timestampDelta, key, value, headers };
  }

  #headers(end: number): readonly RecordHeader[] {
    const count = this.#varint();
    if (count === 0) return noHeaders;
    if (count < 0 || count * leastHeaderBytes > end - this.#at) {
      this.#bad(`${count} headers announced, ${end - this.#at} bytes left`);
    }
    this.#headersLeft -= count;
    if (this.#headersLeft < 0) throw new RecordsLimitError("maxHeaders", this.#maxHeaders);
    const headers: RecordHeader[] = [];
    for (let i = 0; i < count; i++) headers.push(this.#header(i, end));
    return headers;
  }

  #header(index: number, end: number): RecordHeader {
    const length = this.#varint();
    const start = this.#at;
    if (length < 0 || length > end - start) {
      this.#bad(`header key of ${length} bytes, ${end - start} bytes left`);
    }
    this.#at = start + length;
    const last = this.#lastKeys[index];
    if (last !== undefined && isAscii(last, this.#bytes, start, length)) {
      return { key: last, value: this.#nullableBytes("header value", end) };
    }
    const key = decodeUtf8(this.#bytes, start, start + length);
    this.#lastKeys[index] = key;
    const value = this.#nullableBytes("header value", end);
    if (!key.includes("\uFFFD")) return { key, value };
    const keyBytes = new Uint8Array(this.#buffer, this.#from + start, length);
    return Buffer.from(key).equals(keyBytes) ? { key, value } : { key, keyBytes, value };
  }

  #nullableBytes(what: string, end: number): Uint8Array | null {
    const length = this.#varint();
    // As Kafka reads it: any negative length is null.
    if (length < 0) return null;
    const start = this.#at;
    if (length > end - start) this.#bad(`${what} of ${length} bytes, ${end - start} bytes left`);
    this.#at = start + length;
    // Not subarray(): it costs half as much again, and gives a Buffer for a Buffer.
    return new Uint8Array(this.#buffer, this.#from + start, length);
  }

  #varint(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined || byte > 0x7f) return this.#longVarint();
    this.#at++;
    return (byte >>> 1) ^ -(byte & 1);
  }

  #longVarint(): number {
    let raw = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined || (shift === 28 && byte > 0x0f)) break;
      raw |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (raw >>> 1) ^ -(raw & 1);
    }
    return this.#bad("a varint that has no end or is above 32 bits");
  }

  #varlong(): bigint {
    const first = this.#bytes[this.#at];
    if (first !== undefined && first < 0x80) {
      this.#at++;
      return oneByteVarlongs[first] as bigint;
    }
    // Seven bytes are 49 bits, which a number holds exactly: beyond them are only odd timestamps.
    let raw = 0;
    let unit = 1;
    for (let at = this.#at, end = at + 7; at < end; at++) {
      const byte = this.#bytes[at];
      if (byte === undefined) break;
      raw += (byte & 0x7f) * unit;
      if (byte < 0x80) {
        this.#at = at + 1;
        return BigInt(raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2);
      }
      unit *= 0x80;
    }
    return this.#longVarlong();
  }

  #longVarlong(): bigint {
    let raw = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined || (shift === 63n && byte > 0x01)) break;
      raw |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return (raw >> 1n) ^ -(raw & 1n);
    }
    return this.#bad("a varlong that has no end or is above 64 bits");
  }

  #bad(reason: string): never {
    throw new BadRecord(`record ${this.#index}: ${reason}`);
  }
}

/** Are these bytes `text`, and ASCII? */
function isAscii(text: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) {
    const byte = bytes[start + i] as number;
    if (byte > 0x7f || byte !== text.charCodeAt(i)) return false;
  }
  return true;
}
