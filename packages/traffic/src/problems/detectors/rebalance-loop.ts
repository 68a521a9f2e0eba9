import type { GroupState } from "../../state/state.ts";
import { isFolded, minuteMs } from "../detector.ts";
import type { Detector } from "../detector.ts";
import { duration } from "../figures.ts";
import { thresholds } from "../thresholds.ts";

const { overMs, rebalancesFrom, startUpMs, lastsFromMs, overAfterIntervals } = thresholds.rebalanceLoop;

/** Does not look at counts: a group says when it was rebalanced. */
export const rebalanceLoop: Detector = {
  kind: "rebalance-loop",
  severity: "critical",
  advice:
    "Nobody reads while a group rebalances. Look for members that take longer than max.poll.interval.ms for what they polled, that miss heartbeats (session.timeout.ms), or that crash and come back; group.instance.id spares the group a restart.",
  overMs: minuteMs,
  find: (change) =>
    change.state.groups.flatMap((group) => {
      const summary = isFolded(group.group) ? undefined : summarize(group, change.state.atMs);
      if (summary === undefined) return [];
      return [{ listener: group.listener, subject: { kind: "group", name: group.group }, summary }];
    }),
};

function summarize({ rebalancedMs }: GroupState, atMs: number): string | undefined {
  const started = rebalancedMs[0]?.at ?? 0;
  const times = rebalancedMs.filter(({ at }) => atMs - at <= overMs && at > started + startUpMs);
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined || times.length < rebalancesFrom) return undefined;
  const lasted = last.at - first.at;
  const interval = lasted / (times.length - 1);
  const over = atMs - last.at > Math.max(interval * overAfterIntervals, minuteMs);
  if (lasted < lastsFromMs || over) return undefined;
  return `${times.length} rebalances in ${duration(atMs - first.at)}, one every ${duration(interval)}, the last by ${last.trigger}`;
}
