import type { Context } from "../context.ts";
import { classify } from "../error.ts";
import { layer } from "../layer.ts";
import type { SameLayer } from "../layer.ts";
import { callable, whole } from "../options.ts";
import { backoff } from "../parts/backoff.ts";
import type { BackoffOptions } from "../parts/backoff.ts";
import { retryBudget, unlimitedRetries } from "../parts/retry-budget.ts";
import type { RetryBudget } from "../parts/retry-budget.ts";
import { sleep } from "../parts/sleep.ts";

/**
 * Sends a failed request again, after a pause, as long as that is worth it. When it is not, the
 * last failure is passed on unchanged.
 *
 * `timeout` below it bounds each attempt, `timeout` above all of them together; metrics below it
 * count attempts, above it calls. The same request object is sent again: what can be read only
 * once, or must not happen twice, is for `when` to refuse.
 */
export interface RetryOptions<Req> {
  /** How often a request is sent at most, the first time included. A whole number >= 1. @default 3 */
  readonly attempts?: number;
  /**
   * May this request be sent again after this failure?
   * @default classify(error).retriable
   */
  readonly when?: (error: unknown, request: Req) => boolean;
  /**
   * The pause before each retry. A failure that says `retryAfterMs` is given that long; when it is
   * more than `maxMs`, the request is not sent again.
   */
  readonly backoff?: BackoffOptions;
  /**
   * Bounds retries to a share of the calls. Made outside, it can be shared by several stacks.
   * `false` turns it off: every call may use all its attempts.
   * @default retryBudget(), one for all stacks built with this layer
   */
  readonly budget?: RetryBudget | false;
}

export function retry<Req, Res>(options: RetryOptions<Req> = {}): SameLayer<Req, Res> {
  const attempts = whole("attempts", options.attempts ?? 3, 1);
  const when = callable("when", options.when ?? isRetriable);
  const pause = backoff(options.backoff);
  const budget = options.budget === false ? unlimitedRetries : (options.budget ?? retryBudget());

  return layer("retry", (inner) => {
    const again = async (request: Req, cx: Context, failure: unknown): Promise<Res> => {
      let error = failure;
      for (let sent = 1; sent < attempts; sent++) {
        if (cx.cancelled || inner.status() === "closed" || !when(error, request)) break;
        const wantedMs = retryAfterMs(error);
        const ms = Math.max(wantedMs, pause.delayMs(sent));
        if (wantedMs > pause.maxMs || ms >= cx.remainingMs()) break;
        // Last, because it takes something.
        if (!budget.withdraw()) break;
        try {
          // oxlint-disable-next-line no-await-in-loop -- one attempt after the other is the point
          await sleep(ms, cx);
          // oxlint-disable-next-line no-await-in-loop -- as above
          return await inner.call(request, cx);
        } catch (next) {
          error = next;
        }
      }
      throw error;
    };

    return (request: Req, cx: Context) => {
      budget.deposit();
      return inner.call(request, cx).then(undefined, (error: unknown) => again(request, cx, error));
    };
  });
}

function isRetriable(error: unknown): boolean {
  return classify(error).retriable;
}

/** What RATE_LIMITED, CIRCUIT_OPEN and their like say of when to come back. */
function retryAfterMs(error: unknown): number {
  if (typeof error !== "object" || error === null || !("retryAfterMs" in error)) return 0;
  return typeof error.retryAfterMs === "number" ? error.retryAfterMs : 0;
}
