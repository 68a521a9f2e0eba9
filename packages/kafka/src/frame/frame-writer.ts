import type { Duplex } from "node:stream";

import type { FrameStream } from "./frame-stream.ts";

/** Below this, bytes are copied into one piece rather than handed over as a list. */
const copyBytes = 65_536;

/**
 * From here on bytes are written at once: whoever answers without waiting for anything would else
 * push for ever before the event loop turns, and never see that the stream is full.
 */
const atOnceBytes = 262_144;

/**
 * Writes frames to a stream, all that one turn of the event loop brings at once: neighbours in
 * memory as the one run of bytes that they are, the rest in one write. A write for each frame would
 * cost several times all else that a proxy does.
 *
 * Frames may be pushed before there is a stream; they wait, in order.
 */
export class FrameWriter {
  #stream: Duplex | undefined;
  #runs: Uint8Array[] = [];
  /** The run that the next frame may be behind of: made into bytes once it is complete. */
  #buffer: ArrayBufferLike | undefined;
  #start = 0;
  #end = 0;
  #scheduled = false;
  #failure: Error | undefined;
  #bytes = 0;
  #drained: (() => void)[] = [];
  #taken: PromiseWithResolvers<void> | undefined;
  readonly #flushLater = (): void => {
    this.#scheduled = false;
    this.flush();
  };

  /** Where to write. What was pushed before goes out now. */
  attach(stream: Duplex): void {
    this.#stream = stream;
    stream.on("drain", () => this.#onDrain());
    this.flush();
  }

  /** Does the other side take less than it is given? What is pushed now waits in memory. */
  get congested(): boolean {
    return this.#stream?.writableNeedDrain === true;
  }

  /** Calls `listener` once, when the stream takes bytes again. */
  onDrain(listener: () => void): void {
    this.#drained.push(listener);
  }

  /** Adds a frame, its size included. It must not change any more. */
  push(frame: Uint8Array): void {
    if (this.#failure !== undefined) return;
    const { buffer, byteOffset, length } = frame;
    this.#bytes += length;
    if (buffer !== this.#buffer || byteOffset !== this.#end) {
      this.#endRun();
      this.#buffer = buffer;
      this.#start = byteOffset;
      this.#end = byteOffset;
    }
    this.#end += length;
    if (this.#stream === undefined) return;
    if (this.#bytes >= atOnceBytes) {
      this.flush();
      return;
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After the promise callbacks of this turn: each of them may push another frame.
    process.nextTick(this.#flushLater);
  }

  /** Adds the pieces of a big frame as they come, as fast as the stream takes them. */
  async pushRest(rest: FrameStream): Promise<void> {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as they come
    for (let piece = await rest.read(); piece !== undefined; piece = await rest.read()) {
      this.push(piece);
      // oxlint-disable-next-line no-await-in-loop -- as fast as the other side takes them
      await this.taken();
    }
  }

  /** Resolves when the stream has taken what was pushed so far, without being full. */
  taken(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#bytes === 0 && this.#stream?.writableNeedDrain === false) return Promise.resolve();
    this.#taken ??= Promise.withResolvers<void>();
    return this.#taken.promise;
  }

  /** Writes what was pushed, now. */
  flush(): void {
    const stream = this.#stream;
    if (stream === undefined || this.#failure !== undefined) return;
    this.#endRun();
    const runs = this.#runs;
    if (runs.length > 0 && !stream.destroyed && !stream.writableEnded) {
      this.#runs = [];
      const bytes = this.#bytes;
      this.#bytes = 0;
      write(stream, runs, bytes);
    }
    if (!stream.writableNeedDrain) this.#settleTaken();
  }

  /** Gives up: what was not written is dropped, and who waits for it is told. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#runs = [];
    this.#buffer = undefined;
    this.#bytes = 0;
    this.#drained = [];
    this.#taken?.reject(error);
  }

  #endRun(): void {
    if (this.#buffer === undefined) return;
    this.#runs.push(new Uint8Array(this.#buffer, this.#start, this.#end - this.#start));
    this.#buffer = undefined;
  }

  #onDrain(): void {
    this.#settleTaken();
    const listeners = this.#drained;
    this.#drained = [];
    for (const listener of listeners) listener();
  }

  #settleTaken(): void {
    this.#taken?.resolve();
    this.#taken = undefined;
  }
}

function write(stream: Duplex, runs: readonly Uint8Array[], bytes: number): void {
  const [first] = runs;
  if (runs.length === 1 && first !== undefined) {
    stream.write(first);
  } else if (bytes <= copyBytes) {
    stream.write(Buffer.concat(runs, bytes));
  } else {
    stream.cork();
    for (const run of runs) stream.write(run);
    stream.uncork();
  }
}
