import type { Context } from "../context.ts";
import { layer } from "../layer.ts";
import type { SameLayer } from "../layer.ts";
import { callable, milliseconds, whole } from "../options.ts";
import { firstAnswer } from "../parts/first-answer.ts";
import { LatencyWindow } from "../parts/latency-window.ts";
import { retryBudget, unlimitedRetries } from "../parts/retry-budget.ts";
import type { RetryBudget } from "../parts/retry-budget.ts";

/** A hedge goes out after a fixed time. */
export interface HedgeAfter {
  /** Milliseconds without an answer until the request is sent again. Must be > 0. */
  readonly afterMs: number;
}

/** A hedge goes out when a call takes longer than most. */
export interface HedgeAtPercentile {
  /** Percent of the calls that are answered before a hedge would go out: above 0, below 100. */
  readonly percentile: number;
  /** While fewer answers than this are known, nothing is hedged. A whole number >= 1. @default 100 */
  readonly minCalls?: number;
  /** How long an answer counts at least, in milliseconds. Must be > 0. @default 30000 (30 s) */
  readonly windowMs?: number;
}

/** What hedging needs beyond when to begin. */
export interface HedgeLimits<Req> {
  /** May this request be sent twice at the same time? What changes something may not. */
  readonly canHedge: (request: Req) => boolean;
  /** How often a request is sent besides the first time. A whole number >= 1. @default 1 */
  readonly maxHedges?: number;
  /**
   * Bounds hedges to a share of the calls that may be hedged. Made outside, it can be shared by
   * several stacks, and with `retry`. `false` turns it off.
   * @default retryBudget(), one for all stacks built with this layer
   */
  readonly budget?: RetryBudget | false;
}

/**
 * Sends a request a second time when the answer is slow, and takes the answer that comes first; the
 * other attempt is cancelled. It cuts off the slow tail where a balancer below may pick another
 * endpoint for the second attempt.
 *
 * A failure counts when nothing is under way any more: hedging repeats no failed call, that is for
 * `retry` above it. Nothing is sent again while the service below is not open.
 */
export type HedgeOptions<Req> = HedgeLimits<Req> & (HedgeAfter | HedgeAtPercentile);

export function hedge<Req, Res>(options: HedgeOptions<Req>): SameLayer<Req, Res> {
  const canHedge = callable("canHedge", options.canHedge);
  const maxHedges = whole("maxHedges", options.maxHedges ?? 1, 1);
  const budget = options.budget === false ? unlimitedRetries : (options.budget ?? retryBudget());
  delayOf(options);

  return layer("hedge", (inner) => {
    const delay = delayOf(options);
    const mayHedge = (): boolean => inner.status() === "open" && budget.withdraw();

    const hedged = async (request: Req, cx: Context): Promise<Res> => {
      budget.deposit();
      const beganMs = performance.now();
      const afterMs = delay.ms();
      const answer = await (afterMs === undefined
        ? inner.call(request, cx)
        : firstAnswer(cx, (attempt) => inner.call(request, attempt), { afterMs, maxHedges, mayHedge }));
      // Since the first attempt: when a hedge has won, that one would have taken longer still.
      delay.answered(performance.now() - beganMs);
      return answer;
    };
    return (request: Req, cx: Context) => (canHedge(request) ? hedged(request, cx) : inner.call(request, cx));
  });
}

interface Delay {
  /** Undefined while there is nothing to tell it from. */
  ms(): number | undefined;
  answered(tookMs: number): void;
}

function delayOf(options: HedgeAfter | HedgeAtPercentile): Delay {
  if ("afterMs" in options && "percentile" in options) {
    throw new TypeError("give afterMs or percentile, not both");
  }
  if ("afterMs" in options) {
    const afterMs = milliseconds("afterMs", options.afterMs);
    return { ms: () => afterMs, answered: () => {} };
  }
  const { percentile } = options;
  if (!(percentile > 0 && percentile < 100)) {
    throw new RangeError(`percentile must be > 0 and < 100, got ${percentile}`);
  }
  const minCalls = whole("minCalls", options.minCalls ?? 100, 1);
  const latencies = new LatencyWindow(options.windowMs ?? 30_000);
  return {
    ms: () => (latencies.count < minCalls ? undefined : latencies.percentile(percentile)),
    answered: (tookMs) => latencies.record(tookMs),
  };
}
