import type { AnswerCounts, LatencyCounts } from "../../state/state.ts";
import { added } from "./unite.ts";

/** What counts answers, of two added. */
export function mergeAnswers(one: AnswerCounts, other: AnswerCounts): AnswerCounts {
  return {
    ...added(one, other, ["requests", "success", "retriable", "failure"]),
    latency: addLatency(one.latency, other.latency),
    errors: addErrors(one.errors, other.errors),
  };
}

function addLatency(one: LatencyCounts, other: LatencyCounts): LatencyCounts {
  const [long, short] = one.length >= other.length ? [one, other] : [other, one];
  return long.map((count, bound) => count + (short[bound] ?? 0));
}

function addErrors(one: AnswerCounts["errors"], other: AnswerCounts["errors"]): AnswerCounts["errors"] {
  const sums = { ...one };
  for (const [error, count] of Object.entries(other)) sums[error] = (sums[error] ?? 0) + count;
  return sums;
}
