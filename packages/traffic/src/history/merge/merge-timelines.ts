import type { PartitionState } from "../../state/state.ts";

type Timeline = PartitionState["timeline"];

/** As many as `PartitionState.timeline` says. */
const maxEntries = 64;

/**
 * What several processes saw of a log's growth as one: offsets rise, and so do the times. A process
 * may see a lower offset after another saw a higher one; it was there by then.
 */
export function mergeTimelines(one: Timeline, other: Timeline): Timeline {
  if (one.length === 0) return other;
  if (other.length === 0) return one;
  const entries = [...one, ...other].toSorted(([a, aMs], [b, bMs]) => a - b || aMs - bMs);
  const rising: (readonly [number, number])[] = [];
  let earliestMs = Infinity;
  for (const [endOffset, atMs] of entries.toReversed()) {
    earliestMs = Math.min(earliestMs, atMs);
    // Of the same offset twice, the one that was seen first comes last here.
    if (rising.at(-1)?.[0] === endOffset) rising.pop();
    rising.push([endOffset, earliestMs]);
  }
  return thinned(rising.toReversed());
}

/** Leaves out every second one but the ends until there are few enough. */
function thinned(timeline: Timeline): Timeline {
  let entries = timeline;
  while (entries.length > maxEntries) {
    const last = entries.length - 1;
    entries = entries.filter((_, n) => n === 0 || n === last || n % 2 === 1);
  }
  return entries;
}
