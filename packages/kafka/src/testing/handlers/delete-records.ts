import { DeleteRecords } from "../../protocol/generated/delete-records.ts";
import { codeOf, serveApi } from "../handler.ts";
import type { ServedApi } from "../handler.ts";
import { findLed, findTopic } from "./find-topic.ts";

/** Moves the start of logs. */
export const deleteRecords: ServedApi = serveApi(DeleteRecords, [0, 2], ({ cluster, nodeId, request }) => ({
  topics: request.topics.map(({ name, partitions }) => {
    const found = findTopic(cluster.topics, { name, topicId: "" }, false);
    return {
      name,
      partitions: partitions.map(({ partitionIndex, offset }) => {
        const { partition, error } = findLed(found, partitionIndex, nodeId);
        if (error !== "NONE" || partition === undefined) {
          return { partitionIndex, lowWatermark: -1n, errorCode: codeOf(error) };
        }
        const { log } = partition;
        // -1 stands for the end.
        const to = offset === -1n ? log.endOffset : offset;
        if (to < 0n || to > log.endOffset) {
          return { partitionIndex, lowWatermark: -1n, errorCode: codeOf("OFFSET_OUT_OF_RANGE") };
        }
        log.deleteBefore(to);
        return { partitionIndex, lowWatermark: log.startOffset };
      }),
    };
  }),
}));
