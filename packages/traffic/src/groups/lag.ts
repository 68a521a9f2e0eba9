import type { GroupPartitionState, GroupState, PartitionState } from "../state/state.ts";
import type { GroupPartition, GroupTopic, Lag } from "../view/rows.ts";

type Timeline = PartitionState["timeline"];

/** The timeline of a partition's end, where one is known. */
export type TimelineOf = (topic: string, partition: number) => Timeline | undefined;

/**
 * How far a group is behind on one partition, as seen through this proxy; null where its position or
 * the end is not known. Never negative: an end that lags behind a commit is no lag.
 *
 * Its age is that of the record at the committed offset. Where this proxy saw the log grow past it,
 * that tells (`observed`). A record from before has the timestamp of what the group fetched last, and
 * is at least as old as what was seen first (`record`); without that, nothing tells (`none`).
 */
export function lagOf(
  { committed, recordMs }: Pick<GroupPartitionState, "committed" | "recordMs">,
  timeline: Timeline,
  nowMs: number,
): Lag | null {
  const first = timeline[0];
  const end = timeline.at(-1)?.[0];
  if (first === undefined || end === undefined || committed < 0) return null;
  const records = Math.max(end - committed, 0);
  if (records === 0) return { records, seconds: 0, clock: "observed" };
  if (committed < first[0]) {
    if (recordMs < 0) return { records, seconds: null, clock: "none" };
    return { records, seconds: secondsSince(Math.min(recordMs, first[1]), nowMs), clock: "record" };
  }
  const grown = timeline.find(([endOffset]) => endOffset > committed) ?? first;
  return { records, seconds: secondsSince(grown[1], nowMs), clock: "observed" };
}

/** Clocks may be set back, and those of producers be ahead. */
function secondsSince(atMs: number, nowMs: number): number {
  return Math.max(nowMs - atMs, 0) / 1_000;
}

/** Several lags as one: records added up, seconds and clock the worst; null where none is known. */
export function sumOfLags(lags: readonly (Lag | null)[]): Lag | null {
  let sum: Lag | null = null;
  for (const lag of lags) {
    if (lag === null) continue;
    if (sum === null) {
      sum = lag;
      continue;
    }
    const { seconds, clock }: Lag = (lag.seconds ?? -1) > (sum.seconds ?? -1) ? lag : sum;
    sum = { records: sum.records + lag.records, seconds, clock };
  }
  return sum;
}

/**
 * The topics of a group with their lag, by name. A group whose fetches cannot be told from another's
 * has none, and says so in `ambiguous`.
 */
export function groupTopicsOf(
  group: GroupState,
  timelineOf: TimelineOf,
  nowMs: number,
): readonly GroupTopic[] {
  const topics = new Map<string, GroupPartition[]>();
  for (const one of group.partitions) {
    const { topic, partition, committed } = one;
    const timeline = timelineOf(topic, partition) ?? [];
    const lag = group.ambiguous === null ? lagOf(one, timeline, nowMs) : null;
    const row: GroupPartition = {
      partition,
      committed: committed < 0 ? null : committed,
      end: timeline.at(-1)?.[0] ?? null,
      lag,
    };
    const rows = topics.get(topic);
    if (rows === undefined) topics.set(topic, [row]);
    else rows.push(row);
  }
  return [...topics]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([topic, rows]) => ({
      topic,
      lag: sumOfLags(rows.map(({ lag }) => lag)),
      partitions: rows.toSorted((a, b) => a.partition - b.partition),
    }));
}
