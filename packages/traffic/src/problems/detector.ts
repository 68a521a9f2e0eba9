import type { Change } from "../history/change.ts";
import type { Problem } from "../view/rows.ts";

/** What a detector found in one moment: a problem, if it holds. */
export type Finding = Pick<Problem, "listener" | "summary"> & { readonly subject: Problem["subject"] };

/** Finds one kind of problem. */
export interface Detector {
  readonly kind: Problem["kind"];
  readonly severity: Problem["severity"];
  /** What to do about it. */
  readonly advice: string;
  /** Milliseconds that `find` looks back. */
  readonly overMs: number;
  readonly find: (change: Change) => readonly Finding[];
}

export const minuteMs = 60_000;

/** Names beyond the bound are counted together: of what many do, nothing can be said of one. */
const folded = "__other__";

export function isFolded(name: string): boolean {
  return name === folded;
}
