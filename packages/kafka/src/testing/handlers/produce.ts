import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import { Produce } from "../../protocol/generated/produce.ts";
import type { ProduceRequestPartitionProduceData } from "../../protocol/generated/produce.ts";
import { BatchCursor } from "../../protocol/records/batch-cursor.ts";
import { batchChecksum } from "../../protocol/records/checksum.ts";
import { MalformedRecordsError } from "../../protocol/records/records-error.ts";
import { codeOf, serveApi } from "../handler.ts";
import type { ServedApi } from "../handler.ts";
import type { Partition } from "../state/partition.ts";
import { CurrentLeaders } from "./current-leader.ts";
import { findLed, findTopic } from "./find-topic.ts";

interface Written {
  readonly error: KafkaErrorName;
  readonly baseOffset: bigint;
}

/** Appends record batches. Every copy is in sync, so acks 1 and all are the same. */
export const produce: ServedApi = serveApi(Produce, [3, 13], ({ cluster, nodeId, version, request }) => {
  const leaders = new CurrentLeaders(cluster.nodes, version >= 10);
  const refusal = refusalOf(request);
  const responses = request.topicData.map((data) => {
    const found = findTopic(cluster.topics, data, version >= 13);
    const partitionResponses = data.partitionData.map(({ index, records }) => {
      const { partition, error: cannot } = findLed(found, index, nodeId);
      const error = refusal === "NONE" ? cannot : refusal;
      const written =
        error === "NONE" && partition !== undefined
          ? append(partition, records, cluster.settings.maxMessageBytes)
          : refused(error);
      return {
        index,
        errorCode: codeOf(written.error),
        baseOffset: written.baseOffset,
        logStartOffset: written.error === "NONE" ? (partition?.log.startOffset ?? -1n) : -1n,
        currentLeader: leaders.of(partition, written.error),
      };
    });
    return { name: data.name, topicId: data.topicId, partitionResponses };
  });
  return request.acks === 0 ? null : { responses, nodeEndpoints: leaders.endpoints };
});

function refusalOf({
  acks,
  transactionalId,
}: {
  readonly acks: number;
  readonly transactionalId: string | null;
}): KafkaErrorName {
  if (acks < -1 || acks > 1) return "INVALID_REQUIRED_ACKS";
  // There are no transactions here.
  return transactionalId === null ? "NONE" : "INVALID_TXN_STATE";
}

function append(
  partition: Partition,
  records: ProduceRequestPartitionProduceData["records"],
  maxMessageBytes: number,
): Written {
  const cursor = new BatchCursor(records ?? new Uint8Array(0));
  const error = problemOf(cursor, maxMessageBytes);
  if (error !== "NONE") return refused(error);
  const verdict = partition.producers.check(cursor);
  if (verdict.kind === "refuse") return refused(verdict.error);
  if (verdict.kind === "duplicate") return { error: "NONE", baseOffset: verdict.baseOffset };
  const baseOffset = partition.log.append(cursor, partition.leaderEpoch);
  partition.producers.appended(cursor, baseOffset);
  partition.changed();
  return { error: "NONE", baseOffset };
}

/** Goes to the one batch there has to be and says what is wrong with it, as far as its header tells. */
function problemOf(cursor: BatchCursor, maxMessageBytes: number): KafkaErrorName {
  try {
    if (!cursor.next()) return "CORRUPT_MESSAGE";
  } catch (error) {
    if (error instanceof MalformedRecordsError) return "CORRUPT_MESSAGE";
    throw error;
  }
  if (cursor.magic !== 2 || cursor.partialTailBytes > 0) return "INVALID_RECORD";
  if (cursor.size > maxMessageBytes) return "MESSAGE_TOO_LARGE";
  if (batchChecksum(cursor.bytes) !== cursor.crc) return "CORRUPT_MESSAGE";
  const { recordCount, lastOffsetDelta, isControl, compression } = cursor;
  if (recordCount < 1 || recordCount !== lastOffsetDelta + 1 || isControl) return "INVALID_RECORD";
  return compression === "unknown" ? "UNSUPPORTED_COMPRESSION_TYPE" : "NONE";
}

function refused(error: KafkaErrorName): Written {
  return { error, baseOffset: -1n };
}
