import { Duplex } from "node:stream";

import { whole } from "../options.ts";

export interface MemoryDuplexOptions {
  /**
   * Bytes that each side buffers before `write` answers false, in either direction, as
   * `highWaterMark` of a stream does.
   * @default 65536 (64 KiB, what Node gives sockets)
   */
  readonly highWaterMarkBytes?: number;
}

/**
 * Two streams joined back to back, which behave as the two ends of a TCP connection do, without a
 * network: what one writes the other reads, later and as a copy; `end` on one side ends only that
 * direction; a slow reader holds the writer back.
 *
 * Closing follows TCP too. `destroy` with everything read looks to the other side like `end`; with
 * unread bytes, or by `resetAndDestroy`, it breaks the other side with `ECONNRESET`. Writing to a
 * side that is gone breaks the writer with `EPIPE`.
 *
 * ```ts
 * const [client, server] = memoryDuplex();
 * client.end("hello");
 * await text(server); // "hello"
 * ```
 */
export function memoryDuplex(options: MemoryDuplexOptions = {}): [MemoryDuplex, MemoryDuplex] {
  return MemoryDuplex.pair(whole("highWaterMarkBytes", options.highWaterMarkBytes ?? 65_536, 1));
}

/** One end of a {@link memoryDuplex}. */
export class MemoryDuplex extends Duplex {
  /** Bytes that arrived from the other side so far. */
  bytesRead = 0;
  /** Bytes taken for the other side so far. */
  bytesWritten = 0;
  // Gone once one side is destroyed.
  #peer: MemoryDuplex | undefined;
  #ended = false;
  // Called when this side wants to read again: the write of the other side that waits for it.
  #resume: ((error?: Error) => void) | undefined;

  private constructor(highWaterMark: number) {
    super({ allowHalfOpen: true, highWaterMark });
  }

  static pair(highWaterMark: number): [MemoryDuplex, MemoryDuplex] {
    const left = new MemoryDuplex(highWaterMark);
    const right = new MemoryDuplex(highWaterMark);
    left.#peer = right;
    right.#peer = left;
    return [left, right];
  }

  /** Ends the connection at once: the other side breaks with `ECONNRESET`. */
  resetAndDestroy(): this {
    this.#leave((peer) => peer.destroy(systemError("ECONNRESET", "read")));
    return this.destroy();
  }

  override _read(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    // A copy, as through a kernel: the writer may use its buffer again.
    const copy = Buffer.from(chunk);
    const peer = this.#peer;
    this.bytesWritten += copy.length;
    // Later, as from a network: never within the writer's own call.
    queueMicrotask(() => {
      if (peer === undefined || peer.destroyed) return done(systemError("EPIPE", "write"));
      peer.bytesRead += copy.length;
      if (peer.push(copy)) done();
      else peer.#resume = done;
    });
  }

  override _final(done: () => void): void {
    queueMicrotask(() => {
      const peer = this.#peer;
      if (peer !== undefined) peer.#end();
      done();
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const unread = this.readableLength > 0 || this.#resume !== undefined;
    this.#leave((peer) => {
      if (unread) peer.destroy(systemError("ECONNRESET", "read"));
      else peer.#end();
    });
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.(systemError("ECONNRESET", "write"));
    done(error);
  }

  #leave(tell: (peer: MemoryDuplex) => void): void {
    const peer = this.#peer;
    if (peer === undefined) return;
    this.#peer = undefined;
    peer.#peer = undefined;
    queueMicrotask(() => tell(peer));
  }

  #end(): void {
    if (this.#ended || this.destroyed) return;
    this.#ended = true;
    this.push(null);
  }
}

function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}
