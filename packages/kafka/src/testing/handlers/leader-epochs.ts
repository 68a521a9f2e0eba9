import { OffsetForLeaderEpoch } from "../../protocol/generated/offset-for-leader-epoch.ts";
import { codeOf, serveApi } from "../handler.ts";
import type { ServedApi } from "../handler.ts";
import { findLed, findTopic } from "./find-topic.ts";

/** Where a leader's epoch ended: how consumers find out that a log was cut back (KIP-320). */
export const offsetForLeaderEpoch: ServedApi = serveApi(
  OffsetForLeaderEpoch,
  [2, 4],
  ({ cluster, nodeId, request }) => ({
    topics: request.topics.map(({ topic, partitions }) => {
      const found = findTopic(cluster.topics, { name: topic, topicId: "" }, false);
      return {
        topic,
        partitions: partitions.map(({ partition: index, currentLeaderEpoch, leaderEpoch }) => {
          const { partition, error } = findLed(found, index, nodeId, currentLeaderEpoch);
          if (error !== "NONE" || partition === undefined)
            return { partition: index, errorCode: codeOf(error) };
          const { epoch, endOffset } = partition.log.endOfEpoch(leaderEpoch);
          return { partition: index, leaderEpoch: epoch, endOffset };
        }),
      };
    }),
  }),
);
