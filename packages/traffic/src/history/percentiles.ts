import { latencyBoundsMs } from "../state/state.ts";
import type { Latency } from "../view/rows.ts";
import type { TrimmedLatency } from "./counts.ts";

/** Half, 95 and 99 of a hundred answers came within so many milliseconds; nulls where none came. */
export function latencyOf(latency: TrimmedLatency): Latency {
  return {
    p50: percentile(latency, 0.5),
    p95: percentile(latency, 0.95),
    p99: percentile(latency, 0.99),
  };
}

/**
 * The latency below which `share` of the answers were, in milliseconds to the hundredth. Answers within
 * a bucket are taken to be spread evenly; above the last bound it is that bound. Null without answers.
 */
export function percentile({ from, counts }: TrimmedLatency, share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = share * total;
  let below = 0;
  for (const [n, count] of counts.entries()) {
    if (count > 0 && below + count >= rank) {
      const lower = boundAt(from + n - 1);
      return hundredth(lower + ((boundAt(from + n) - lower) * (rank - below)) / count);
    }
    below += count;
  }
  return hundredth(boundAt(from + counts.length - 1));
}

function boundAt(n: number): number {
  if (n < 0) return 0;
  return latencyBoundsMs[Math.min(n, latencyBoundsMs.length - 1)] ?? 0;
}

function hundredth(ms: number): number {
  return Math.round(ms * 100) / 100;
}
