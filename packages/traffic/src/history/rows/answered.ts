import type { ErrorCount, Latency } from "../../view/rows.ts";
import { byName } from "../by-name.ts";
import type { Change } from "../change.ts";
import type { TrimmedLatency } from "../counts.ts";
import { latencyOf } from "../percentiles.ts";

/** What rose of anything that counts answers. */
interface AnswerIncrease {
  readonly requests: number;
  readonly success: number;
  readonly retriable: number;
  readonly failure: number;
  readonly latency: TrimmedLatency;
  readonly errors: Readonly<Record<string, number>>;
}

interface Answered {
  readonly requestsPerSecond: number;
  readonly okShare: number | null;
  readonly latency: Latency;
  readonly errors: readonly ErrorCount[];
}

/** The columns that all tables share. */
export function answered(change: Change, more: AnswerIncrease): Answered {
  return {
    requestsPerSecond: change.perSecond(more.requests),
    okShare: okShare(more),
    latency: latencyOf(more.latency),
    errors: mostFrequent(more.errors),
  };
}

export function okShare({
  success,
  retriable,
  failure,
}: Pick<AnswerIncrease, "success" | "retriable" | "failure">): number | null {
  return shareOf(success, success + retriable + failure);
}

/** Null of nothing. */
export function shareOf(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

function mostFrequent(errors: AnswerIncrease["errors"]): readonly ErrorCount[] {
  return Object.entries(errors)
    .map(([error, count]) => ({ error, count }))
    .toSorted((a, b) => b.count - a.count || byName(a.error, b.error));
}

/** Worst first: the least share of good answers, then the highest rate. Rows without answers are last. */
export function worstFirst<Row extends { okShare: number | null; requestsPerSecond: number }>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
): readonly Row[] {
  return rows.toSorted(
    (a, b) =>
      (a.okShare ?? 2) - (b.okShare ?? 2) ||
      b.requestsPerSecond - a.requestsPerSecond ||
      byName(nameOf(a), nameOf(b)),
  );
}
