/** Requests of an API before its estimate counts. */
const settledAfter = 1_000;

/**
 * Tells requests that are slower than 99 % of their API's, by a running estimate: one number for each
 * API, moved a little with every request, up 99 times as far as down. It follows a changing load
 * within some thousand requests, keeps no samples and costs a few comparisons.
 *
 * Nothing is slow before an API was seen 1,000 times.
 */
export class SlowRequests {
  readonly #estimates: (Estimate | undefined)[] = [];

  /** Takes a duration in; true if it was above the estimate. */
  isSlow(apiKey: number, durationMs: number): boolean {
    let estimate = this.#estimates[apiKey];
    if (estimate === undefined) this.#estimates[apiKey] = estimate = { p99Ms: durationMs, seen: 0 };
    const slow = durationMs > estimate.p99Ms;
    // In proportion, so that microseconds and seconds are found alike; not stuck at 0.
    const step = Math.max(estimate.p99Ms, 0.001) * 0.05;
    estimate.p99Ms = slow ? estimate.p99Ms + step * 0.99 : Math.max(estimate.p99Ms - step * 0.01, 0);
    if (estimate.seen >= settledAfter) return slow;
    estimate.seen += 1;
    return false;
  }

  /** The estimate in milliseconds; undefined before it counts. */
  p99MsOf(apiKey: number): number | undefined {
    const estimate = this.#estimates[apiKey];
    return estimate !== undefined && estimate.seen >= settledAfter ? estimate.p99Ms : undefined;
  }
}

interface Estimate {
  p99Ms: number;
  seen: number;
}
