import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import { ListOffsets } from "../../protocol/generated/list-offsets.ts";
import { decodeBatches } from "../../protocol/records/decode-batches.ts";
import { offsetOf, timestampOf } from "../../protocol/records/record-batch.ts";
import { codeOf, serveApi } from "../handler.ts";
import type { ServedApi } from "../handler.ts";
import type { PartitionLog } from "../state/partition-log.ts";
import { findLed, findTopic } from "./find-topic.ts";

interface FoundOffset {
  readonly offset: bigint;
  readonly timestamp: bigint;
}

const nowhere: FoundOffset = { offset: -1n, timestamp: -1n };

/** Where a partition begins and ends, and which record was written at a time. */
export const listOffsets: ServedApi = serveApi(ListOffsets, [1, 11], ({ cluster, nodeId, request }) => ({
  topics: request.topics.map(({ name, partitions }) => {
    const found = findTopic(cluster.topics, { name, topicId: "" }, false);
    return {
      name,
      partitions: partitions.map(({ partitionIndex, currentLeaderEpoch, timestamp }) => {
        const { partition, error } = findLed(found, partitionIndex, nodeId, currentLeaderEpoch);
        if (error !== "NONE" || partition === undefined) return refused(partitionIndex, error);
        const { offset, timestamp: at } = lookUp(partition.log, timestamp);
        const epoch = offset < 0n ? -1 : partition.log.epochAt(offset);
        return { partitionIndex, timestamp: at, offset, leaderEpoch: epoch };
      }),
    };
  }),
}));

function refused(partitionIndex: number, error: KafkaErrorName) {
  return { partitionIndex, errorCode: codeOf(error), timestamp: -1n, offset: -1n, leaderEpoch: -1 };
}

/** What Kafka's special timestamps stand for, else the first record from a time on. */
function lookUp(log: PartitionLog, timestamp: bigint): FoundOffset {
  switch (timestamp) {
    case -1n:
      return { offset: log.endOffset, timestamp: -1n };
    case -2n:
    case -4n:
      return { offset: log.startOffset, timestamp: -1n };
    case -3n:
      return latest(log);
    default:
      // Those left below zero ask for tiered storage, of which there is none.
      return timestamp < 0n ? nowhere : firstFrom(log, timestamp);
  }
}

function firstFrom(log: PartitionLog, timestamp: bigint): FoundOffset {
  const bytes = log.batchAtTimestamp(Number(timestamp));
  if (bytes === undefined) return nowhere;
  for (const batch of decodeBatches(bytes)) {
    for (const record of batch.records) {
      const at = timestampOf(batch, record);
      const offset = offsetOf(batch, record);
      if (at >= timestamp && offset >= log.startOffset) return { offset, timestamp: at };
    }
  }
  return nowhere;
}

function latest(log: PartitionLog): FoundOffset {
  const bytes = log.latestBatch();
  if (bytes === undefined) return nowhere;
  let found = nowhere;
  for (const batch of decodeBatches(bytes)) {
    for (const record of batch.records) {
      const timestamp = timestampOf(batch, record);
      if (timestamp > found.timestamp) found = { offset: offsetOf(batch, record), timestamp };
    }
  }
  return found;
}
