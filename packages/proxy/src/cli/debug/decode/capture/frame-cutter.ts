import { FrameDecoder, FrameError } from "@pagoda/kafka/protocol";

import type { StreamReader } from "./tcp-stream.ts";

/** Told of the frames of one direction, and of what is in none. */
export interface FrameReader {
  /** A frame without its size. */
  frame(bytes: Uint8Array, atMs: number): void;
  /** Bytes that are lost: not in the capture, or in no frame that can be told. */
  lost(bytes: number, reason: string, atMs: number): void;
  /** May a frame begin with these bytes? Asked where the boundaries are not known. */
  isBeginning(bytes: Uint8Array): boolean;
}

/** Larger frames are not put together. */
const maxFrameBytes = 33_554_432;
const zeros = new Uint8Array(65_536);
const sizeBytes = 4;

/**
 * Cuts one direction into frames, also where bytes are missing: within a frame they cost that frame;
 * where a frame's size is among them, the next segment that a frame may begin with is waited for.
 */
export class FrameCutter implements StreamReader {
  readonly #reader: FrameReader;
  #decoder = new FrameDecoder({ maxFrameBytes });
  #isAligned: boolean;
  /** The frame under way has bytes missing. */
  #hasHole = false;

  /** @param isAligned the first bytes are the beginning of a frame: the connection's beginning was seen */
  constructor(reader: FrameReader, isAligned: boolean) {
    this.#reader = reader;
    this.#isAligned = isAligned;
  }

  get heldBytes(): number {
    return this.#decoder.pendingBytes;
  }

  bytes(bytes: Uint8Array, atMs: number): void {
    if (!this.#isAligned) {
      if (!this.#reader.isBeginning(bytes)) {
        this.#reader.lost(bytes.length, "where a frame begins is not known", atMs);
        return;
      }
      this.#decoder = new FrameDecoder({ maxFrameBytes });
      this.#isAligned = true;
    }
    this.#push(bytes, atMs);
  }

  gap(bytes: number, atMs: number): void {
    const partial = this.#decoder.pendingBytes;
    if (!this.#isAligned || partial === 0 || bytes > maxFrameBytes) {
      this.#misalign(bytes + partial, "not in the capture", atMs);
      return;
    }
    this.#hasHole = true;
    for (let left = bytes; left > 0; left -= zeros.length) {
      if (this.#isAligned) this.#push(zeros.subarray(0, Math.min(left, zeros.length)), atMs);
      else this.#reader.lost(Math.min(left, zeros.length), "not in the capture", atMs);
    }
  }

  /** The capture is over. */
  end(atMs: number): void {
    const { pendingBytes } = this.#decoder;
    if (this.#isAligned && pendingBytes > 0)
      this.#reader.lost(pendingBytes, "the capture ends within a frame", atMs);
  }

  #push(bytes: Uint8Array, atMs: number): void {
    const before = this.#decoder.pendingBytes;
    let frames: readonly Uint8Array[];
    let fault: FrameError | undefined;
    try {
      frames = this.#decoder.push(bytes);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      fault = error;
      frames = error.framesBefore;
    }
    let inFrames = 0;
    for (const frame of frames) {
      inFrames += frame.length + sizeBytes;
      if (this.#hasHole) this.#reader.lost(frame.length + sizeBytes, "a frame with bytes missing", atMs);
      else this.#reader.frame(frame, atMs);
      this.#hasHole = false;
    }
    if (fault !== undefined) {
      const reason = this.#hasHole ? "not in the capture" : fault.message;
      this.#misalign(before + bytes.length - inFrames, reason, atMs);
    }
  }

  #misalign(bytes: number, reason: string, atMs: number): void {
    this.#isAligned = false;
    this.#hasHole = false;
    this.#decoder = new FrameDecoder({ maxFrameBytes });
    if (bytes > 0) this.#reader.lost(bytes, reason, atMs);
  }
}
