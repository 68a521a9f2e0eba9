import type { Change } from "../../history/change.ts";
import type { TopicState } from "../../state/state.ts";
import { isFolded, minuteMs } from "../detector.ts";
import type { Detector } from "../detector.ts";
import { bytes, duration, percent } from "../figures.ts";
import { thresholds } from "../thresholds.ts";

const { shareAbove, partitionsFrom, recordsFrom, bytesFrom } = thresholds.hotPartition;

export const hotPartition: Detector = {
  kind: "hot-partition",
  severity: "warning",
  advice:
    "One broker and one consumer do nearly all the work. Look for records with the same key, or with a partition set by hand, and take a key with more values.",
  overMs: minuteMs,
  find: (change) =>
    change.state.topics.flatMap((topic) => {
      const summary = isFolded(topic.topic) ? undefined : summarize(change, topic);
      if (summary === undefined) return [];
      return [{ listener: topic.listener, subject: { kind: "topic", name: topic.topic }, summary }];
    }),
};

function summarize(change: Change, topic: TopicState): string | undefined {
  if (topic.partitionCount < partitionsFrom) return undefined;
  if (change.of("topic", topic).producedRecords < recordsFrom) return undefined;
  let hottest = { partition: -1, producedBytes: 0 };
  let all = 0;
  for (const { partition } of topic.partitions) {
    const { producedBytes } = change.ofPartition(topic, partition);
    all += producedBytes;
    if (producedBytes > hottest.producedBytes) hottest = { partition, producedBytes };
  }
  const share = all > 0 ? hottest.producedBytes / all : 0;
  if (all < bytesFrom || share <= shareAbove) return undefined;
  const where = `${topic.topic}/${hottest.partition}`;
  const of = `${topic.partitionCount} partitions`;
  return `${where} has ${percent(share)} of ${bytes(all)} in ${duration(change.seconds * 1_000)}, of ${of}`;
}
