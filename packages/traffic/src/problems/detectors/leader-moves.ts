import { isFolded } from "../detector.ts";
import type { Detector } from "../detector.ts";
import { count, duration } from "../figures.ts";
import { thresholds } from "../thresholds.ts";

const { overMs, movesFrom } = thresholds.leaderMoves;

export const movingLeaders: Detector = {
  kind: "leader-moves",
  severity: "warning",
  advice:
    "Brokers hand this partition to and fro, and clients wait each time. Look at the brokers: restarts, long garbage collections, full disks, or a controller that balances leaders.",
  overMs,
  find: (change) =>
    change.state.topics.flatMap((topic) => {
      if (isFolded(topic.topic)) return [];
      let worst = { partition: -1, moves: 0 };
      for (const { partition, leaderMoves } of topic.partitions) {
        if (leaderMoves === 0) continue;
        const moves = change.ofPartition(topic, partition).leaderMoves;
        if (moves > worst.moves) worst = { partition, moves };
      }
      if (worst.moves < movesFrom) return [];
      const times = `${count(worst.moves)}× in ${duration(change.seconds * 1_000)}`;
      return [
        {
          listener: topic.listener,
          subject: { kind: "topic", name: topic.topic },
          summary: `${topic.topic}/${worst.partition}: leader moved ${times}`,
        },
      ];
    }),
};
