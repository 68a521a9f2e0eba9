import type { Duplex } from "node:stream";

import { readInto } from "./fast-read.ts";

export interface DirectionOptions {
  /** Called once, when the sender has ended and the receiver was told. */
  readonly onEnd: () => void;
  /** See `ForwardOptions.reuseBuffers`. */
  readonly reuseBuffers: boolean;
}

/** One direction of a forwarded connection. */
export interface Direction {
  /** Bytes taken from the sender and handed to the receiver so far. */
  readonly bytes: number;
  /** Grows with every sign of life: bytes, an end, or that the receiver took what had piled up. */
  readonly progress: number;
  /** Stops listening, once both streams have closed. */
  readonly stop: () => void;
}

/**
 * Copies what `from` sends to `to`, its end included. While `to` holds more than its high-water
 * mark, `from` is not read. Failures are left to whoever watches the streams.
 */
export function copyDirection(from: Duplex, to: Duplex, options: DirectionOptions): Direction {
  const { onEnd, reuseBuffers } = options;
  let bytes = 0;
  let events = 0;
  const take = (chunk: Buffer): boolean => {
    bytes += chunk.length;
    if (!to.write(chunk)) from.pause();
    // Written at once: the system has a copy.
    return to.writableLength !== 0;
  };
  const drained = (): void => {
    events += 1;
    from.resume();
  };
  const ended = (): void => {
    events += 1;
    to.end();
    onEnd();
  };

  // Whoever made the stream may not have thought of half-close: this must be said before its end.
  from.allowHalfOpen = true;
  to.on("drain", drained);
  from.once("end", ended);
  const stopReading = readInto(from, take, { reuse: reuseBuffers });
  if (from.readableEnded) ended();

  return {
    get bytes() {
      return bytes;
    },
    get progress() {
      return bytes + events;
    },
    stop: () => {
      stopReading();
      to.off("drain", drained);
      from.off("end", ended);
    },
  };
}
