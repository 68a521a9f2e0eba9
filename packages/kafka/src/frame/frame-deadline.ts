import { ProxyError } from "@pagoda/core";

import type { FrameSplitter } from "./frame-splitter.ts";

/** A frame was begun and not completed in time. */
export class FrameTimeoutError extends ProxyError {
  readonly code = "FRAME_TIMEOUT";
  readonly retriable = false;
  readonly kind = "protocol";
  readonly frameTimeoutMs: number;
  constructor(frameTimeoutMs: number) {
    super(`a frame was begun and not completed within ${frameTimeoutMs} ms`);
    this.frameTimeoutMs = frameTimeoutMs;
  }
}

/** Watches that the frame under way in a splitter is completed in time, or each piece of a big one comes. */
export class FrameDeadline {
  readonly #splitter: FrameSplitter;
  readonly #timeoutMs: number;
  readonly #onTimeout: (error: FrameTimeoutError) => void;
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;

  constructor(splitter: FrameSplitter, timeoutMs: number, onTimeout: (error: FrameTimeoutError) => void) {
    this.#splitter = splitter;
    this.#timeoutMs = timeoutMs;
    this.#onTimeout = onTimeout;
  }

  /** To be called when bytes were taken. */
  update(): void {
    const { partial, partialFrames } = this.#splitter;
    if (!partial) {
      this.stop();
    } else if (this.#timer === undefined || this.#frame !== partialFrames) {
      clearTimeout(this.#timer);
      this.#frame = partialFrames;
      this.#timer = setTimeout(
        () => this.#onTimeout(new FrameTimeoutError(this.#timeoutMs)),
        this.#timeoutMs,
      );
    }
  }

  /** To be called while we do not read: the other side cannot go on then. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
