import type { Context } from "../context.ts";
import { ProxyError } from "../error.ts";
import { layer } from "../layer.ts";
import type { SameLayer } from "../layer.ts";
import { callable, milliseconds } from "../options.ts";

/**
 * Fails a call that takes too long, and cancels the work behind it.
 *
 * Inside `retry` it bounds each attempt; outside, all of them together.
 */
export interface TimeoutOptions<Req = unknown> {
  /** Milliseconds from entering this layer to the response. Must be > 0 and <= 2^31 - 1. */
  readonly timeoutMs: number;
  /**
   * Milliseconds that a request asks to wait by itself, a long poll for one: they come on top. `Infinity`
   * lets it take as long as it takes. Must not be below 0. @default none
   */
  readonly waitMs?: (request: Req) => number;
}

/** The inner service did not answer within `timeoutMs`. */
export class TimeoutError extends ProxyError {
  readonly code = "TIMEOUT";
  readonly retriable = true;
  readonly kind = "timeout";
  readonly timeoutMs: number;
  constructor(timeoutMs: number) {
    super(`no response within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** Of a timer. */
const longestMs = 0x7fff_ffff;

export function timeout<Req, Res>(options: TimeoutOptions<Req>): SameLayer<Req, Res> {
  const givenMs = milliseconds("timeoutMs", options.timeoutMs);
  const waitMs = callable("waitMs", options.waitMs ?? (() => 0));

  return layer("timeout", (inner) => async (request: Req, cx: Context) => {
    const waits = waitMs(request);
    if (waits === Infinity) return inner.call(request, cx);
    const timeoutMs = Math.min(givenMs + waits, longestMs);
    const attempt = cx.fork({ deadlineMs: performance.now() + timeoutMs });
    // Not AbortSignal.timeout(): fake timers cannot drive it, and it costs ~30 x a plain timer.
    const timer = setTimeout(() => attempt.cancel(new TimeoutError(timeoutMs)), timeoutMs);
    try {
      return await attempt.race(inner.call(request, attempt));
    } finally {
      clearTimeout(timer);
      attempt.release();
    }
  });
}
