import { walkOps } from "./walk-program.ts";
import type { WalkProgram } from "./walk-program.ts";

/** A tag that no response defines, and that takes one byte: what a hidden field is given. */
const noTag = 0x7f;
/** Varints are of 31 bits at most, in five bytes. */
const maxShift = 28;
/** The count of a compact array without elements. */
const noElements = 1;

/**
 * Takes the addresses out of a response that is handed on as it arrives, in pieces cut anywhere. By
 * the time they come, at its end, its size was sent already, so as many bytes as came go on: a tagged
 * field gets a tag that nobody knows, an array says that it is empty, and zeros take the place of
 * what they said (of an array as the content of a tagged field that nobody knows).
 *
 * Nothing is decoded, and records cost one step a piece. Bytes that are no such response end the
 * walk: they go on as they came.
 */
export class AddressEraser {
  readonly #ops: Uint8Array;
  readonly #args: Int32Array;
  readonly #tag: number;
  readonly #totalBytes: number;
  /** Elements left, of each array that the walk is in. */
  readonly #left: Float64Array;
  #depth = -1;
  /** The next op. */
  #at = 0;
  /** Bytes to pass over before it. */
  #skip = 0;
  /** Bytes of the pieces before. */
  #before = 0;
  /** What was read of a varint. */
  #value = 0;
  #shift = 0;
  #tagsLeft = 0;
  /** The tag read last is the one looked for. */
  #matched = false;
  /** What to put in the place of the bytes that are passed over, zeros behind it. */
  #cover: number[] | undefined;
  #found = false;
  #broken = false;

  /** @param totalBytes of the frame, its size included. */
  constructor({ ops, args, tag, depth }: WalkProgram, totalBytes: number) {
    this.#ops = ops;
    this.#args = args;
    this.#tag = tag;
    this.#totalBytes = totalBytes;
    this.#left = new Float64Array(depth);
  }

  /** There were addresses, or an empty list in their place. */
  get found(): boolean {
    return this.#found;
  }

  /**
   * Gives back the bytes that came next, as many, without addresses: themselves where there is
   * nothing to hide, else a copy.
   */
  hide(bytes: Uint8Array): Uint8Array {
    const edit: Edit = { bytes, copied: false };
    this.#walk(bytes, edit);
    this.#before += bytes.length;
    return edit.bytes;
  }

  #walk(bytes: Uint8Array, edit: Edit): void {
    const end = bytes.length;
    let at = 0;
    while (!this.#broken) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, end - at);
        if (this.#cover !== undefined) cover(edit, at, step, this.#cover);
        at += step;
        this.#skip -= step;
        if (this.#skip > 0) return;
        this.#cover = undefined;
      }
      const op = this.#ops[this.#at];
      if (op === undefined) {
        if (at < end) this.#broken = true;
        return;
      }
      if (op === walkOps.skip) {
        this.#skip = this.#args[this.#at++] as number;
      } else if (op === walkOps.next) {
        this.#next();
      } else {
        if (at === end) return;
        const byte = bytes[at++] as number;
        if (op === walkOps.lastArray) {
          this.#at++;
          if (byte > noElements) this.#array(at, edit);
          // The message's own tagged fields: nobody asks for them.
          else this.#skip = this.#totalBytes - this.#before - at;
          continue;
        }
        this.#value += (byte & 0x7f) * 2 ** this.#shift;
        if (byte >= 0x80) {
          this.#broken = this.#shift === maxShift;
          this.#shift += 7;
          continue;
        }
        const value = this.#value;
        this.#value = 0;
        this.#shift = 0;
        this.#take(op, value);
        // The tag's last byte: any before it say nothing but zeros.
        if (this.#matched && op === walkOps.tag) writable(edit)[at - 1] = noTag;
      }
    }
  }

  /** The array has elements: `at` is behind the first byte of their count. */
  #array(at: number, edit: Edit): void {
    this.#found = true;
    this.#skip = this.#totalBytes - this.#before - at;
    writable(edit)[at - 1] = noElements;
    this.#cover = [1, noTag, ...sizeFor(this.#skip - 2)];
  }

  /** The end of an element. */
  #next(): void {
    const left = (this.#left[this.#depth] as number) - 1;
    this.#left[this.#depth] = left;
    if (left > 0) {
      this.#at = this.#args[this.#at] as number;
    } else {
      this.#depth--;
      this.#at++;
    }
  }

  /** Does what the varint says that was read for `op`. */
  #take(op: number, value: number): void {
    const argument = this.#args[this.#at] as number;
    this.#at++;
    switch (op) {
      case walkOps.compact:
        this.#skip = Math.max(0, value - 1);
        return;
      case walkOps.fixedArray:
        this.#skip = Math.max(0, value - 1) * argument;
        return;
      case walkOps.loop:
        if (value > 1) this.#left[++this.#depth] = value - 1;
        else this.#at = argument;
        return;
      case walkOps.tags:
        this.#tagsLeft = value;
        if (value === 0) this.#at += 2;
        return;
      case walkOps.tag:
        this.#matched = argument === 1 && value === this.#tag;
        return;
      default:
        this.#skip = value;
        if (this.#matched && value > 0) {
          this.#found = true;
          this.#cover = [];
        }
        this.#matched = false;
        if (--this.#tagsLeft > 0) this.#at -= 2;
    }
  }
}

interface Edit {
  bytes: Uint8Array;
  copied: boolean;
}

/** The bytes to write to: not those that came, which others may hold. */
function writable(edit: Edit): Uint8Array {
  if (!edit.copied) {
    edit.bytes = Buffer.from(edit.bytes);
    edit.copied = true;
  }
  return edit.bytes;
}

/** Writes the next of `bytes`, and zeros when there are no more. */
function cover(edit: Edit, from: number, length: number, bytes: number[]): void {
  const target = writable(edit).fill(0, from, from + length);
  target.set(bytes.splice(0, length), from);
}

/** A size that takes up `bytes` bytes together with what follows it. */
function sizeFor(bytes: number): readonly number[] {
  let length = 1;
  while (bytes - length >= 128 ** length) length++;
  const size = bytes - length;
  return Array.from({ length }, (_, index) => {
    const bits = Math.floor(size / 128 ** index) % 128;
    return index < length - 1 ? bits | 0x80 : bits;
  });
}
