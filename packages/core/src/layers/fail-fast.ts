import type { Context } from "../context.ts";
import { ProxyError } from "../error.ts";
import { layer } from "../layer.ts";
import type { SameLayer } from "../layer.ts";
import { milliseconds } from "../options.ts";

/**
 * Refuses calls at once, instead of letting them wait, while a service has been stuck for too long:
 * busy, and not one answer came. A service that is merely full still answers, and its queue is left
 * to work; as soon as it is open again, or one answer comes, calls go through.
 *
 * Put it right above what calls wait in (`concurrencyLimit`, `rateLimit`, `balance`), below
 * anything shared less than that: it only sees the answers to calls that came through it. Calls that
 * wait already are not ended; the wait's own limit does that, so `afterMs` is best the shorter one.
 */
export interface FailFastOptions {
  /** Milliseconds of being stuck until calls are refused with FAIL_FAST. Must be > 0. */
  readonly afterMs: number;
}

/** Refused: the inner service has been busy for longer than allowed, without an answer. */
export class FailFastError extends ProxyError {
  readonly code = "FAIL_FAST";
  readonly retriable = true;
  readonly kind = "unavailable";
  constructor(afterMs: number) {
    super(`busy, and no answer for more than ${afterMs} ms`);
  }
}

export function failFast<Req, Res>(options: FailFastOptions): SameLayer<Req, Res> {
  const afterMs = milliseconds("afterMs", options.afterMs);

  return layer("failFast", (inner) => {
    // Status has no events: it is looked at when a call comes, and an answer counts as progress.
    let stuckSinceMs: number | undefined;
    const answered = (response: Res): Res => {
      stuckSinceMs = undefined;
      return response;
    };

    return (request: Req, cx: Context) => {
      // Not `closed` either: it refuses at once by itself, and says why.
      if (inner.status() !== "busy") stuckSinceMs = undefined;
      else {
        const now = performance.now();
        stuckSinceMs ??= now;
        if (now - stuckSinceMs >= afterMs) throw new FailFastError(afterMs);
      }
      return inner.call(request, cx).then(answered);
    };
  });
}
