import type { Change } from "../history/change.ts";
import type { Problem } from "../view/rows.ts";
import { detectors } from "./detectors.ts";

/** A problem of this moment; `ProblemTracker` says since when it is one. */
export type FoundProblem = Omit<Problem, "since">;

/** Counts of longer than this, for what is looked back on, say nothing of it: samples are missing. */
const coversAtMost = 1.5;

/** All problems of one moment. `changeOver` tells what happened within so many milliseconds, or fewer. */
export function findProblems(changeOver: (overMs: number) => Change): readonly FoundProblem[] {
  const changes = new Map<number, Change>();
  return detectors.flatMap(({ kind, severity, advice, overMs, find }) => {
    const change = changes.get(overMs) ?? changeOver(overMs);
    changes.set(overMs, change);
    if (change.seconds * 1_000 > overMs * coversAtMost) return [];
    return find(change).map(({ listener, subject, summary }) => ({
      kind,
      severity,
      listener,
      subject,
      summary,
      advice,
    }));
  });
}
