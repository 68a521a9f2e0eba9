import { ProtocolError } from "../errors/protocol-error.ts";

/** Kafka's own limit for requests (`socket.request.max.bytes`): 100 MiB. */
export const defaultMaxFrameBytes: number = 104_857_600;

/** What a stream of frames fails with. */
export abstract class FrameError extends ProtocolError {
  readonly retriable = false;
  readonly kind = "protocol";
  /** Good frames that the failing call found before the bad one. */
  framesBefore: readonly Uint8Array[] = [];
}

/** A size that no frame can have, or a stream that ends within a frame. */
export class MalformedFrameError extends FrameError {
  readonly code = "MALFORMED_FRAME";
}

/** A frame above the limit. It was refused at its size; nothing of it was buffered. */
export class FrameTooLargeError extends FrameError {
  readonly code = "FRAME_TOO_LARGE";
  /** What the frame said its size was, in bytes without the size itself. */
  readonly frameBytes: number;
  readonly maxFrameBytes: number;

  constructor(frameBytes: number, maxFrameBytes: number) {
    super(`frame of ${frameBytes} bytes, at most ${maxFrameBytes} are allowed`);
    this.frameBytes = frameBytes;
    this.maxFrameBytes = maxFrameBytes;
  }
}

export interface FrameDecoderOptions {
  /**
   * Largest frame accepted, in bytes without its size. A bigger one is a FRAME_TOO_LARGE error as
   * soon as its size is read.
   * @default 104857600 (100 MiB, Kafka's own `socket.request.max.bytes`)
   */
  readonly maxFrameBytes?: number;
}

const sizeBytes = 4;
/** First room for a frame that comes in pieces; doubled as the bytes arrive, whatever its size says. */
const firstRoom = 4096;

/**
 * Cuts a byte stream into Kafka's frames: int32 size, then that many bytes.
 *
 * A frame that lies within one chunk is a view of the chunk; one that does not is gathered, in
 * memory that grows with what has arrived and never by what the size announces. After an error the
 * stream is lost: every later call fails the same way.
 */
export class FrameDecoder {
  readonly #maxFrameBytes: number;
  /** Bytes of a size that came in pieces: how many there are, and their value so far. */
  #sizeRead = 0;
  #size = 0;
  /** The pieces of the frame under way; null between frames. */
  #partial: Uint8Array | null = null;
  #partialBytes = 0;
  #failure: FrameError | null = null;

  constructor({ maxFrameBytes = defaultMaxFrameBytes }: FrameDecoderOptions = {}) {
    if (!(Number.isInteger(maxFrameBytes) && maxFrameBytes > 0 && maxFrameBytes <= 0x7fff_ffff)) {
      throw new RangeError(`maxFrameBytes must be a whole number from 1 to 2147483647, got ${maxFrameBytes}`);
    }
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Bytes held of a size or frame that is not complete yet. Zero between frames. */
  get pendingBytes(): number {
    return this.#sizeRead + this.#partialBytes;
  }

  /**
   * Takes the next bytes of the stream and returns the frames that they complete, without sizes.
   * @throws MalformedFrameError, FrameTooLargeError; `framesBefore` has the frames before the bad one.
   */
  push(chunk: Uint8Array): Uint8Array[] {
    if (this.#failure !== null) this.#fail(this.#failure, []);
    const frames: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#sizeRead < sizeBytes) {
        this.#size = (this.#size << 8) | (chunk[at++] as number);
        if (++this.#sizeRead === sizeBytes) this.#checkSize(frames);
        continue;
      }
      const wanted = this.#size - this.#partialBytes;
      const end = Math.min(at + wanted, chunk.length);
      const complete = end - at === wanted;
      if (complete && this.#partial === null) {
        frames.push(chunk.subarray(at, end));
        this.#next();
      } else {
        this.#gather(chunk.subarray(at, end));
        if (complete) {
          frames.push(this.#gathered());
          this.#next();
        }
      }
      at = end;
    }
    return frames;
  }

  /** Says that the stream is over. @throws MalformedFrameError if that is within a frame. */
  end(): void {
    if (this.#failure !== null) this.#fail(this.#failure, []);
    if (this.pendingBytes === 0) return;
    const missing =
      this.#sizeRead < sizeBytes ? "its size" : `${this.#size - this.#partialBytes} of ${this.#size} bytes`;
    this.#fail(new MalformedFrameError(`the stream ended within a frame: ${missing} missing`), []);
  }

  #checkSize(before: readonly Uint8Array[]): void {
    const size = this.#size;
    if (size <= 0) this.#fail(new MalformedFrameError(`frame size ${size}, must be above zero`), before);
    if (size > this.#maxFrameBytes) this.#fail(new FrameTooLargeError(size, this.#maxFrameBytes), before);
  }

  #fail(failure: FrameError, before: readonly Uint8Array[]): never {
    failure.framesBefore = before;
    this.#failure = failure;
    this.#partial = null;
    throw failure;
  }

  #gather(piece: Uint8Array): void {
    const needed = this.#partialBytes + piece.length;
    if (this.#partial === null || this.#partial.length < needed) {
      // At least doubled, so that a frame in many pieces is copied a bounded number of times.
      const room = Math.min(this.#size, Math.max(needed, 2 * (this.#partial?.length ?? 0), firstRoom));
      const grown = Buffer.allocUnsafeSlow(room);
      if (this.#partial !== null) grown.set(this.#partial.subarray(0, this.#partialBytes));
      this.#partial = grown;
    }
    this.#partial.set(piece, this.#partialBytes);
    this.#partialBytes = needed;
  }

  #gathered(): Uint8Array {
    return (this.#partial ?? new Uint8Array(0)).subarray(0, this.#size);
  }

  #next(): void {
    this.#sizeRead = 0;
    this.#size = 0;
    this.#partial = null;
    this.#partialBytes = 0;
  }
}
