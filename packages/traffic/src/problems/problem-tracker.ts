import { byName } from "../history/by-name.ts";
import type { Change } from "../history/change.ts";
import type { Problem } from "../view/rows.ts";
import { findProblems } from "./find-problems.ts";
import type { FoundProblem } from "./find-problems.ts";
import { appearsAfterMs, goesAfterMs } from "./thresholds.ts";

interface Tracked {
  /** As it was last found. */
  readonly found: FoundProblem;
  readonly sinceMs: number;
  readonly lastMs: number;
  readonly appeared: boolean;
}

/**
 * Problems that do not flicker: one appears after it held for 10 seconds of samples without a gap, and
 * goes when it has been absent for a minute. As many as rows of a state have at most.
 */
export class ProblemTracker {
  #tracked = new Map<string, Tracked>();

  update(changeOver: (overMs: number) => Change, atMs: number): void {
    const tracked = new Map<string, Tracked>();
    for (const found of findProblems(changeOver)) {
      const id = `${found.kind}\0${found.listener}\0${found.subject.kind}\0${found.subject.name}`;
      const known = this.#tracked.get(id);
      const sinceMs = known?.sinceMs ?? atMs;
      const appeared = known?.appeared === true || atMs - sinceMs >= appearsAfterMs;
      tracked.set(id, { found, sinceMs, lastMs: atMs, appeared });
    }
    for (const [id, gone] of this.#tracked) {
      if (!tracked.has(id) && gone.appeared && atMs - gone.lastMs < goesAfterMs) tracked.set(id, gone);
    }
    this.#tracked = tracked;
  }

  /** Critical ones first, then those that last longest. */
  current(): readonly Problem[] {
    return [...this.#tracked.values()]
      .filter(({ appeared }) => appeared)
      .map(({ found, sinceMs }) => ({ ...found, since: sinceMs }))
      .toSorted((a, b) => rank(a) - rank(b) || a.since - b.since || byName(nameOf(a), nameOf(b)));
  }
}

function rank({ severity }: Problem): number {
  return severity === "critical" ? 0 : 1;
}

function nameOf({ kind, listener, subject }: Problem): string {
  return `${kind} ${subject.name} ${listener}`;
}
