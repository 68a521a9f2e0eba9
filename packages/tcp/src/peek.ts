import { milliseconds, whole } from "@pagoda/core";
import type { Context } from "@pagoda/core";
import type { Readable } from "node:stream";

import { ConnectionClosedError } from "./connection.ts";

/** Bounds of one {@link peek}. */
export interface PeekOptions {
  /**
   * How many bytes `decide` sees at most. When as many are there and it still asks for more, the
   * outcome is `limit`.
   */
  readonly maxBytes: number;
  /** Milliseconds from the call until the outcome is `timeout`. Must be > 0 and <= 2^31 - 1. */
  readonly timeoutMs: number;
}

/**
 * Looks at the first bytes: all that are there so far (at least one, at most `maxBytes`), or at the
 * fact that the other side `ended` and no more will come. `undefined` asks for more; once
 * `maxBytes` are there, no more is shown. The bytes belong to the stream: do not change them.
 */
export type Decide<T> = (bytes: Buffer, ended: boolean) => T | undefined;

/**
 * How a peek ended. Every outcome is ordinary; `bytes` are the ones seen last.
 *
 * - `decided`: `decide` answered `value`.
 * - `ended`: the other side half-closed, and `decide` had no answer to what came before.
 * - `limit`: `maxBytes` were there, and `decide` wanted more.
 * - `timeout`: `timeoutMs` passed.
 */
export type Peeked<T> =
  | { readonly outcome: "decided"; readonly value: T; readonly bytes: Buffer }
  | { readonly outcome: "ended" | "limit" | "timeout"; readonly bytes: Buffer };

const nothing = Buffer.alloc(0);

/**
 * Shows the first bytes of a stream to `decide` without taking them: afterwards, whatever the
 * outcome, whoever reads the stream gets every byte once and in order, and no listener is left.
 *
 * Nobody else may read the stream meanwhile. A stream that ends before its first byte has emitted
 * `end` by the time of the answer, as sockets do by themselves: look at `readableEnded`.
 *
 * @throws what `decide` throws; the reason, when `cx` is cancelled; the stream's error when it
 * breaks (`ECONNRESET`), {@link ConnectionClosedError} when it closes without one.
 */
export function peek<T>(
  stream: Readable,
  options: PeekOptions,
  decide: Decide<T>,
  cx: Context,
): Promise<Peeked<T>> {
  return new Promise((resolve, reject) => {
    const maxBytes = whole("maxBytes", options.maxBytes, 1);
    const timeoutMs = milliseconds("timeoutMs", options.timeoutMs);
    cx.throwIfCancelled();

    let bytes: Buffer = nothing;
    let stopped = false;
    const stops: (() => void)[] = [];
    const stop = (): void => {
      stopped = true;
      for (const each of stops) each();
    };
    const settle = (outcome: "ended" | "limit" | "timeout"): void => {
      stop();
      resolve({ outcome, bytes });
    };
    const fail = (error: unknown): void => {
      stop();
      reject(error);
    };

    const look = (): void => {
      if (stopped) return;
      const ended = stream.readableLength < maxBytes && hasEnded(stream);
      // `unshift` announces the very bytes it gives back: to glance at those again would never end.
      if (stream.readableLength === bytes.length && !ended) return;
      bytes = glance(stream).subarray(0, maxBytes);
      try {
        const value = decide(bytes, ended);
        if (value !== undefined) {
          stop();
          resolve({ outcome: "decided", value, bytes });
        } else if (bytes.length >= maxBytes) settle("limit");
        else if (ended) settle("ended");
      } catch (error) {
        fail(error);
      }
    };
    const closed = (): void =>
      fail(stream.errored ?? new ConnectionClosedError("while its first bytes were read"));

    if (stream.destroyed) return closed();
    look();
    if (stopped) return;

    const timer = setTimeout(() => settle("timeout"), timeoutMs);
    stops.push(() => clearTimeout(timer));
    for (const [event, listener] of [
      ["readable", look],
      ["end", look],
      ["close", closed],
    ] as const) {
      stream.on(event, listener);
      stops.push(() => stream.off(event, listener));
    }
    stops.push(cx.onCancel(fail));
  });
}

/**
 * Has the other side said that no more will come? Asking for one byte more than there is answers
 * null until then, and everything afterwards (documented behaviour of `readable.read(size)`).
 */
function hasEnded(stream: Readable): boolean {
  if (stream.readableEnded) return true;
  const length = stream.readableLength;
  const rest = stream.read(length + 1) as Buffer | null;
  if (rest === null) return false;
  // Back before the next tick: `end` is then not emitted until these have been read again.
  stream.unshift(rest);
  // Longer than it was: the stream had the next byte at hand and gave it on being asked.
  return rest.length <= length;
}

/**
 * What is buffered, taken and given back within one tick. Bytes are never held across ticks: an
 * `end` in between would make giving them back impossible.
 */
function glance(stream: Readable): Buffer {
  const length = stream.readableLength;
  if (length === 0) return nothing;
  // The exact length: reading "all" of an ended stream would schedule its `end`.
  const bytes = stream.read(length) as Buffer;
  stream.unshift(bytes);
  return bytes;
}
