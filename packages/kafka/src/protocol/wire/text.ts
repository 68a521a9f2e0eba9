/**
 * UTF-8 and base64url between bytes and strings, at the speed of Node's own.
 *
 * `utf8Slice`, `utf8Write` and `base64urlSlice` are methods of `Buffer` that its documentation does
 * not name. They work on any `Uint8Array` and cost a third less than the documented calls; where one
 * is missing, the documented call takes its place.
 */

type Slice = (this: Uint8Array, start: number, end: number) => string;
type Write = (this: Uint8Array, text: string, at: number, length: number) => number;

interface NativeMethods {
  readonly utf8Slice?: Slice;
  readonly utf8Write?: Write;
  readonly base64urlSlice?: Slice;
}

function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const native = Buffer.prototype as NativeMethods;

const utf8Slice: Slice =
  native.utf8Slice ??
  function slice(start, end) {
    return bufferOver(this).toString("utf8", start, end);
  };

const utf8Write: Write =
  native.utf8Write ??
  function write(text, at, length) {
    return bufferOver(this).write(text, at, length, "utf8");
  };

const base64urlSlice: Slice =
  native.base64urlSlice ??
  function slice(start, end) {
    return bufferOver(this).toString("base64url", start, end);
  };

/** Below this many bytes a loop over ASCII beats the call into native code. */
const shortText = 24;

/** The text of `bytes[start, end)`. Bytes that are no UTF-8 become U+FFFD; a leading U+FEFF is kept. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= shortText) {
    const text = ascii(bytes, start, end);
    if (text !== undefined) return text;
  }
  return utf8Slice.call(bytes, start, end);
}

/** Eight characters a step: one call, one check for all of them. `undefined` if any is not ASCII. */
function ascii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  let at = start;
  for (; at + 8 <= end; at += 8) {
    const a = bytes[at] as number;
    const b = bytes[at + 1] as number;
    const c = bytes[at + 2] as number;
    const d = bytes[at + 3] as number;
    const e = bytes[at + 4] as number;
    const f = bytes[at + 5] as number;
    const g = bytes[at + 6] as number;
    const h = bytes[at + 7] as number;
    if ((a | b | c | d | e | f | g | h) > 0x7f) return undefined;
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  if (at + 4 <= end) {
    const a = bytes[at] as number;
    const b = bytes[at + 1] as number;
    const c = bytes[at + 2] as number;
    const d = bytes[at + 3] as number;
    if ((a | b | c | d) > 0x7f) return undefined;
    text += String.fromCharCode(a, b, c, d);
    at += 4;
  }
  for (; at < end; at++) {
    const a = bytes[at] as number;
    if (a > 0x7f) return undefined;
    text += String.fromCharCode(a);
  }
  return text;
}

/** Writes `text` at `at` and returns the bytes written. The caller has room for 3 bytes a UTF-16 unit. */
export function encodeUtf8(bytes: Uint8Array, text: string, at: number): number {
  const { length } = text;
  if (length <= shortText) {
    let i = 0;
    for (; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) break;
      bytes[at + i] = unit;
    }
    if (i === length) return length;
  }
  return utf8Write.call(bytes, text, at, length * 3);
}

/** Kafka's text form of the zero uuid. */
export const zeroUuid = "AAAAAAAAAAAAAAAAAAAAAA";

/** The 16 bytes at `at` as Kafka prints a uuid: 22 characters of base64url, no padding. */
export function decodeUuid(bytes: Uint8Array, at: number): string {
  return base64urlSlice.call(bytes, at, at + 16);
}

const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const sextets = new Uint8Array(128).fill(0xff);
for (let i = 0; i < base64url.length; i++) sextets[base64url.charCodeAt(i)] = i;

/** Writes a uuid's 16 bytes at `at`; false if `text` is not one (22 characters of base64url). */
export function encodeUuid(bytes: Uint8Array, text: string, at: number): boolean {
  if (text.length !== 22) return false;
  let bits = 0;
  let held = 0;
  let to = at;
  let bad = 0;
  for (let i = 0; i < 22; i++) {
    const sextet = sextets[text.charCodeAt(i)] ?? 0xff;
    bad |= sextet;
    bits = ((bits << 6) | sextet) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[to++] = bits >> held;
    }
  }
  // The last character carries 2 bits; the 4 below them must be zero, or two texts mean one uuid.
  return bad < 64 && (bits & 0xf) === 0;
}
