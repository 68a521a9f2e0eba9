import { FrameTooLargeError, MalformedFrameError } from "../protocol/frame/frame-decoder.ts";

const sizeBytes = 4;
const none = new Uint8Array();
/**
 * How many bytes of a frame, its size included, its first piece has at least. Asked again as more
 * bytes come, it may want more; a frame that is smaller is given as a whole.
 * @param bytes of the frame, `length` of them from `at` on
 */
export type HeadBytes = (bytes: Uint8Array, at: number, length: number) => number;

/** A frame's size and what every response begins with, the correlation id. */
const responseHeadBytes: HeadBytes = () => 8;
/**
 * First room for a frame that comes in pieces, if it is not smaller; doubled as the bytes arrive,
 * whatever its size says. Most have enough then: every buffer more is work for the garbage collector.
 */
const firstRoomBytes = 262_144;

/**
 * Cuts a byte stream into frames that can be sent on as they are: `int32 size`, then that many bytes,
 * the size included in what it gives. (The codec's `FrameDecoder` gives the bytes behind the size.)
 *
 * It is asked for one frame at a time, so that whoever is busy can leave the others where they are.
 * A frame that lies within one chunk is a view of the chunk, and neighbours in it stay neighbours in
 * memory. One that does not is gathered, in memory that grows with what has arrived and never by
 * what its size announces. A frame above `cutAboveBytes` is not gathered: it is given in the pieces
 * that come, see `remainingBytes`. After an error the stream is lost.
 */
export class FrameSplitter {
  /**
   * Whether a frame may have no bytes behind its size. Messages have; raw SASL tokens may not.
   * @default false
   */
  allowEmpty = false;
  readonly #maxFrameBytes: number;
  readonly #cutAboveBytes: number;
  readonly #headBytes: HeadBytes;
  #chunk: Uint8Array | undefined;
  #at = 0;
  /** The frame under way, size included; undefined between frames. */
  #partial: Uint8Array | undefined;
  #have = 0;
  /** What the frame under way comes to, size included; 0 while its size is not complete. */
  #total = 0;
  #started = 0;
  #remaining = 0;

  /**
   * @param maxFrameBytes largest frame accepted, without its size.
   * @param cutAboveBytes largest frame that is given as a whole, its size included.
   * @param headBytes what the first piece of a larger one has at least
   */
  constructor(
    maxFrameBytes: number,
    cutAboveBytes: number = Infinity,
    headBytes: HeadBytes = responseHeadBytes,
  ) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#cutAboveBytes = cutAboveBytes;
    this.#headBytes = headBytes;
  }

  /**
   * What `next` gave last was a piece of a frame, and this many bytes of it are to come. Zero where
   * that was a whole frame, or the last piece.
   */
  get remainingBytes(): number {
    return this.#remaining;
  }

  /** Is a frame begun and not complete? */
  get partial(): boolean {
    return this.#have > 0 || this.#remaining > 0;
  }

  /** Bytes held of a frame that is not complete. Zero between frames. */
  get partialBytes(): number {
    return this.#have;
  }

  /** Partial frames so far, or pieces of them: tells one from the next. */
  get partialFrames(): number {
    return this.#started;
  }

  /** Takes the next bytes of the stream. `next` must have answered undefined since the last ones. */
  push(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /**
   * The next frame that is complete; undefined once the bytes so far hold none.
   * @throws MalformedFrameError, FrameTooLargeError
   */
  next(): Uint8Array | undefined {
    const chunk = this.#chunk;
    if (chunk === undefined) return undefined;
    const left = chunk.length - this.#at;
    if (this.#remaining > 0) return this.#piece(chunk, left);
    if (this.#partial === undefined && left >= sizeBytes) {
      const total = this.#totalAt(chunk, this.#at);
      if (total > this.#cutAboveBytes && left < total && left >= this.#headBytes(chunk, this.#at, left))
        return this.#cut(total, left);
      if (left >= total) {
        const begin = this.#at;
        this.#at += total;
        // Not `subarray`, which costs several times that.
        return new Uint8Array(chunk.buffer, chunk.byteOffset + begin, total);
      }
      this.#total = total;
    }
    return this.#gather(chunk);
  }

  /** Says that the stream is over. @throws MalformedFrameError if that is within a frame. */
  end(): void {
    if (this.#remaining > 0) {
      throw new MalformedFrameError(`the stream ended within a frame: ${this.#remaining} bytes missing`);
    }
    if (this.#have === 0) return;
    const missing =
      this.#total === 0 ? "its size" : `${this.#total - this.#have} of ${this.#total - sizeBytes} bytes`;
    throw new MalformedFrameError(`the stream ended within a frame: ${missing} missing`);
  }

  /** The beginning of a big frame, all of it that the chunk has. */
  #cut(total: number, left: number): Uint8Array {
    this.#remaining = total;
    return this.#piece(this.#chunk as Uint8Array, left) as Uint8Array;
  }

  #piece(chunk: Uint8Array, left: number): Uint8Array | undefined {
    const count = Math.min(left, this.#remaining);
    if (count === 0) {
      this.#chunk = undefined;
      return undefined;
    }
    const piece = chunk.subarray(this.#at, this.#at + count);
    this.#at += count;
    this.#remaining -= count;
    this.#started += 1;
    return piece;
  }

  #gather(chunk: Uint8Array): Uint8Array | undefined {
    if (this.#at < chunk.length && this.#partial === undefined) this.#started += 1;
    if (this.#total === 0) {
      this.#take(chunk, sizeBytes);
      if (this.#have === sizeBytes) this.#total = this.#totalAt(this.#partial as Uint8Array, 0);
    }
    let wanted = this.#wanted();
    while (this.#have < wanted && this.#at < chunk.length) {
      this.#take(chunk, wanted);
      wanted = this.#wanted();
    }
    if (this.#at === chunk.length) this.#chunk = undefined;
    if (this.#total === 0 || this.#have < wanted) return undefined;
    const frame = (this.#partial as Uint8Array).subarray(0, this.#have);
    this.#remaining = this.#total - this.#have;
    this.#partial = undefined;
    this.#have = 0;
    this.#total = 0;
    return frame;
  }

  /** Bytes of the frame under way that are to be there before it is given, as far as they say. */
  #wanted(): number {
    if (this.#total <= this.#cutAboveBytes) return this.#total;
    return Math.min(this.#headBytes(this.#partial ?? none, 0, this.#have), this.#total);
  }

  /** Copies from the chunk until `wanted` bytes of the frame are there, or the chunk is used up. */
  #take(chunk: Uint8Array, wanted: number): void {
    const end = Math.min(chunk.length, this.#at + wanted - this.#have);
    const count = end - this.#at;
    if (count <= 0) return;
    this.#makeRoom(this.#have + count, wanted);
    this.#partial?.set(chunk.subarray(this.#at, end), this.#have);
    this.#have += count;
    this.#at = end;
  }

  /** @param most bytes that there can be use for */
  #makeRoom(needed: number, most: number): void {
    const room = this.#partial?.length ?? 0;
    if (room >= needed) return;
    // At least doubled, so that a frame in many pieces is copied a bounded number of times.
    const grown = Buffer.allocUnsafeSlow(Math.min(most, Math.max(needed, 2 * room, firstRoomBytes)));
    if (this.#partial !== undefined) grown.set(this.#partial.subarray(0, this.#have));
    this.#partial = grown;
  }

  #totalAt(bytes: Uint8Array, at: number): number {
    const size = int32At(bytes, at);
    if (size < 0 || (size === 0 && !this.allowEmpty))
      throw new MalformedFrameError(`frame size ${size}, must be above zero`);
    if (size > this.#maxFrameBytes) throw new FrameTooLargeError(size, this.#maxFrameBytes);
    return sizeBytes + size;
  }
}

/** The int32 at a place that is known to have one. Making a view for it would cost more. */
export function int32At(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
