import type { Context } from "../context.ts";
import { ClosedError, ProxyError } from "../error.ts";
import { layer } from "../layer.ts";
import type { SameLayer } from "../layer.ts";
import { whole } from "../options.ts";
import { TokenBucket } from "../parts/token-bucket.ts";
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
  const { perSecond, burst } = options;
  const maxQueued = whole("maxQueued", options.maxQueued ?? 0, 0);
  const newBucket = (): TokenBucket => new TokenBucket({ perSecond, ...(burst !== undefined && { burst }) });
  // Checks the options, here rather than where the stack is built.
  newBucket();

  return layer("rateLimit", (inner) => {
    const queue = new WaitQueue();
    const bucket = newBucket();
    let timer: NodeJS.Timeout | undefined;

    // One timer for the whole queue: only its first waits for the clock, the others for the first.
    const releaseOnTime = (): void => {
      timer = undefined;
      for (; queue.size > 0 && bucket.waitMs() === 0; queue.release()) bucket.take();
      if (queue.size > 0) timer = setTimeout(releaseOnTime, bucket.waitMs());
    };
    const stopIfEmpty = (): void => {
      if (queue.size > 0) return;
      clearTimeout(timer);
      timer = undefined;
    };

    const callInTurn = (request: Req, cx: Context): Promise<Res> => {
      const answer = queue.hold(cx, () => inner.call(request, cx));
      timer ??= setTimeout(releaseOnTime, bucket.waitMs());
      answer.then(stopIfEmpty, stopIfEmpty);
      return answer;
    };

    return {
      call: (request: Req, cx: Context) => {
        cx.throwIfCancelled();
        const ms = bucket.waitMs(queue.size);
        if (ms === 0) {
          bucket.take();
          return inner.call(request, cx);
        }
        if (queue.size < maxQueued && ms < cx.remainingMs()) return callInTurn(request, cx);
        throw new RateLimitedError(perSecond, ms);
      },
      status: () => {
        const status = inner.status();
        return status === "open" && bucket.waitMs(queue.size) > 0 ? "busy" : status;
      },
      dispose: () => queue.fail(new ClosedError("the queue for a token")),
    };
  });
}
