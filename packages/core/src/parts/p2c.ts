import type { ServiceStatus } from "../service.ts";

/** What {@link pick} looks at. */
export interface Candidate {
  status(): ServiceStatus;
  /** The lower one is picked. */
  readonly load: number;
}

/**
 * The power of two choices: of two candidates taken by chance, the less loaded one. Nearly as even
 * as looking at all of them, at the cost of two, and without everybody running to the same one.
 *
 * Closed ones are never picked, busy ones only when none is open. `undefined` when all are closed.
 *
 * @param random a number from 0 to below 1.
 */
export function pick<T extends Candidate>(all: readonly T[], random: () => number): T | undefined {
  const chosen = lessLoaded(all, random, isOpen);
  if (chosen !== undefined) return chosen;
  // Looks at all of them, but only when one of the two was not open.
  const open = all.filter(isOpen);
  return lessLoaded(open.length > 0 ? open : all.filter(isBusy), random, always);
}

/** Undefined when one of the two is not acceptable. */
function lessLoaded<T extends Candidate>(
  all: readonly T[],
  random: () => number,
  accept: (candidate: T) => boolean,
): T | undefined {
  const first = Math.floor(random() * all.length);
  const other = Math.floor(random() * (all.length - 1));
  const a = all[first];
  // Steps over the first, so that all pairs are equally likely.
  const b = all.length === 1 ? a : all[other < first ? other : other + 1];
  if (a === undefined || b === undefined || !accept(a) || !accept(b)) return undefined;
  return a.load <= b.load ? a : b;
}

function isOpen(candidate: Candidate): boolean {
  return candidate.status() === "open";
}

function isBusy(candidate: Candidate): boolean {
  return candidate.status() === "busy";
}

function always(): boolean {
  return true;
}
