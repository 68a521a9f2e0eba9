import type { Context } from "../context.ts";
import { ProxyError } from "../error.ts";
import { layer } from "../layer.ts";
import type { SameLayer } from "../layer.ts";
import { milliseconds } from "../options.ts";

/**
 * Fails a call that takes too long, and cancels the work behind it.
 *
 * Inside `retry` it bounds each attempt; outside, all of them together.
 */
export interface TimeoutOptions {
  /** Milliseconds from entering this layer to the response. Must be > 0 and <= 2^31 - 1. */
  readonly timeoutMs: number;
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

export function timeout<Req, Res>(options: TimeoutOptions): SameLayer<Req, Res> {
  const timeoutMs = milliseconds("timeoutMs", options.timeoutMs);

  return layer("timeout", (inner) => async (request: Req, cx: Context) => {
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
