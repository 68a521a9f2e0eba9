import type { GroupFigures, GroupLag } from "@pagoda/metrics";

import type { PartitionState, TopicState, TrafficState } from "../state/state.ts";
import { groupTopicsOf } from "./lag.ts";
import type { TimelineOf } from "./lag.ts";

/** Where the partitions of a listener's topics end. */
function timelinesOf(topics: readonly TopicState[]): (listener: string) => TimelineOf {
  const found = new Map<string, Map<string, Map<number, PartitionState["timeline"]>>>();
  for (const { listener, topic, partitions } of topics) {
    const ofListener = found.get(listener) ?? new Map<string, Map<number, PartitionState["timeline"]>>();
    found.set(listener, ofListener);
    ofListener.set(topic, new Map(partitions.map(({ partition, timeline }) => [partition, timeline])));
  }
  return (listener) => (topic, partition) => found.get(listener)?.get(topic)?.get(partition);
}

/** What `GroupMetrics` shows of the groups: of a state that has what all processes have seen. */
export function groupFigures({
  atMs,
  groups,
  topics,
}: Pick<TrafficState, "atMs" | "groups" | "topics">): readonly GroupFigures[] {
  const timelines = timelinesOf(topics);
  return groups.map((group) => {
    const { listener, members, commits, failedCommits, rebalances } = group;
    const lags = groupTopicsOf(group, timelines(listener), atMs).flatMap(({ topic, lag }): GroupLag[] =>
      lag === null ? [] : [{ topic, records: lag.records, seconds: lag.seconds }],
    );
    return {
      listener,
      group: group.group,
      members: members.length,
      commits,
      failedCommits,
      rebalances,
      topics: lags,
    };
  });
}
