import { groupTopicsOf, sumOfLags } from "../../groups/lag.ts";
import type { TimelineOf } from "../../groups/lag.ts";
import type { GroupEventState, GroupState, PartitionState } from "../../state/state.ts";
import type { GroupEvent, GroupRow } from "../../view/rows.ts";
import { byName } from "../by-name.ts";
import type { Change } from "../change.ts";
import { key, keyOf } from "../keys.ts";

const hourMs = 60 * 60_000;

/** The one furthest behind first. */
export function groupRows(change: Change): readonly GroupRow[] {
  const { atMs, groups, topics } = change.state;
  const partitions = new Map(topics.map((topic) => [keyOf.topic(topic), byNumber(topic.partitions)]));
  return groups
    .map((group) => {
      const timelineOf: TimelineOf = (topic, partition) =>
        partitions.get(key(group.listener, topic))?.get(partition)?.timeline;
      return groupRow(change, group, timelineOf, atMs);
    })
    .toSorted(
      (a, b) =>
        (b.lag?.records ?? -1) - (a.lag?.records ?? -1) ||
        byName(a.group, b.group) ||
        byName(a.listener, b.listener),
    );
}

function groupRow(change: Change, group: GroupState, timelineOf: TimelineOf, atMs: number): GroupRow {
  const topics = groupTopicsOf(group, timelineOf, atMs);
  return {
    listener: group.listener,
    group: group.group,
    state: group.state,
    protocol: group.protocol,
    members: group.members.map(({ memberId, client, host, joinedMs, seenMs }) => ({
      memberId,
      client,
      host,
      joinedAt: joinedMs,
      lastSeenAt: seenMs,
    })),
    topics,
    lag: sumOfLags(topics.map(({ lag }) => lag)),
    commitsPerSecond: change.perSecond(change.of("group", group).commits),
    rebalances: group.rebalancedMs.filter(({ at }) => atMs - at <= hourMs).length,
    lastRebalance: group.rebalancedMs.at(-1) ?? null,
    ambiguous: group.ambiguous,
    timeline: group.timeline.map(event),
  };
}

function event({ atMs, ...rest }: GroupEventState): GroupEvent {
  return { at: atMs, ...rest };
}

function byNumber(partitions: readonly PartitionState[]): Map<number, PartitionState> {
  return new Map(partitions.map((partition) => [partition.partition, partition]));
}
