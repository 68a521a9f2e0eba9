import type { Context } from "../context.ts";
import { ClosedError, ProxyError } from "../error.ts";
import { layer } from "../layer.ts";
import type { SameLayer } from "../layer.ts";
import { positive, whole } from "../options.ts";
import { WaitQueue } from "../parts/wait-queue.ts";

/**
 * Lets so many calls per second through, by a token bucket: each call takes a token, and the bucket
 * fills at a steady rate.
 *
 * It bounds how often calls begin, not how many there are at once; that is `concurrencyLimit`. For
 * one rate per client, build the stack per client.
 */
export interface RateLimitOptions {
  /** Tokens per second. Must be > 0; fractions are fine. */
  readonly perSecond: number;
  /** Tokens the bucket holds, and starts with: calls that may come at once. A whole number >= 1. @default 1 */
  readonly burst?: number;
  /**
   * Calls that may wait for a token, first come first served: none waits longer than
   * `maxQueued / perSecond` seconds. One more fails with RATE_LIMITED, and so does a call whose
   * deadline passes before its turn. A whole number >= 0.
   * @default 0 (no call waits: what is too much is shed)
   */
  readonly maxQueued?: number;
}

/** Refused: the bucket is empty, and as many calls as allowed wait for a token. */
export class RateLimitedError extends ProxyError {
  readonly code = "RATE_LIMITED";
  readonly retriable = true;
  readonly kind = "overload";
  /** Whole milliseconds until there is a token for a call that comes then. */
  readonly retryAfterMs: number;
  constructor(perSecond: number, retryAfterMs: number) {
    super(`more than ${perSecond} calls per second; there is room again in ${retryAfterMs} ms`);
    this.retryAfterMs = retryAfterMs;
  }
}

export function rateLimit<Req, Res>(options: RateLimitOptions): SameLayer<Req, Res> {
  const perSecond = positive("perSecond", options.perSecond);
  const burst = whole("burst", options.burst ?? 1, 1);
  const maxQueued = whole("maxQueued", options.maxQueued ?? 0, 0);
  const tokenMs = 1_000 / perSecond;

  return layer("rateLimit", (inner) => {
    const queue = new WaitQueue();
    let timer: NodeJS.Timeout | undefined;
    // Tokens the bucket lacks, at that time: whole while no time passes, so that a burst is exact.
    let lacking = 0;
    let atMs = 0;

    /** Whole milliseconds until there is a token for the one behind so many others. */
    const waitMs = (ahead: number): number => {
      const now = performance.now();
      lacking = Math.max(0, lacking - (now - atMs) / tokenMs);
      atMs = now;
      return Math.ceil(Math.max(0, lacking + ahead + 1 - burst) * tokenMs);
    };

    // One timer for the whole queue: only its first waits for the clock, the others for the first.
    const releaseOnTime = (): void => {
      timer = undefined;
      for (; queue.size > 0 && waitMs(0) === 0; queue.release()) lacking += 1;
      if (queue.size > 0) timer = setTimeout(releaseOnTime, waitMs(0));
    };
    const stopIfEmpty = (): void => {
      if (queue.size > 0) return;
      clearTimeout(timer);
      timer = undefined;
    };

    const callInTurn = (request: Req, cx: Context): Promise<Res> => {
      const answer = queue.hold(cx, () => inner.call(request, cx));
      timer ??= setTimeout(releaseOnTime, waitMs(0));
      answer.then(stopIfEmpty, stopIfEmpty);
      return answer;
    };

    return {
      call: (request: Req, cx: Context) => {
        cx.throwIfCancelled();
        const ms = waitMs(queue.size);
        if (ms === 0) {
          lacking += 1;
          return inner.call(request, cx);
        }
        if (queue.size < maxQueued && ms < cx.remainingMs()) return callInTurn(request, cx);
        throw new RateLimitedError(perSecond, ms);
      },
      status: () => {
        const status = inner.status();
        return status === "open" && waitMs(queue.size) > 0 ? "busy" : status;
      },
      dispose: () => queue.fail(new ClosedError("the queue for a token")),
    };
  });
}
