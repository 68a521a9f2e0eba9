import type { Context } from "@pagoda/core";

import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import { Fetch } from "../../protocol/generated/fetch.ts";
import type {
  FetchRequest,
  FetchRequestFetchPartition,
  FetchResponse,
  FetchResponsePartitionData,
} from "../../protocol/generated/fetch.ts";
import type { Partially } from "../../protocol/schema/defaults.ts";
import { codeOf, serveApi } from "../handler.ts";
import type { ApiCall, ServedApi } from "../handler.ts";
import type { Partition } from "../state/partition.ts";
import { CurrentLeaders } from "./current-leader.ts";
import { findLed, findTopic } from "./find-topic.ts";

const noRecords = new Uint8Array(0);

/**
 * Reads records, and waits for them as long as the client is willing to. Every Fetch is a full one:
 * no session is given out, which clients take as a broker that has no room for one (KIP-227).
 */
export const fetch: ServedApi = serveApi(Fetch, [4, 18], async (call) => {
  const { request, cluster, cx } = call;
  if (request.sessionId !== 0 && request.sessionEpoch > 0) {
    return { errorCode: codeOf("FETCH_SESSION_ID_NOT_FOUND") };
  }
  const waitUntilMs = performance.now() + Math.min(request.maxWaitMs, cluster.settings.maxFetchWaitMs);
  for (;;) {
    const read = readAll(call);
    const leftMs = waitUntilMs - performance.now();
    if (read.isReady || leftMs <= 0 || cx.cancelled) return read.response;
    // oxlint-disable-next-line no-await-in-loop -- it looks again after each change
    await changeOf(read.partitions, leftMs, cx);
  }
});

interface ReadAll {
  readonly response: Partially<FetchResponse>;
  /** Is there enough to answer, or something to tell at once? */
  readonly isReady: boolean;
  /** What to wait for, if there is not. */
  readonly partitions: readonly Partition[];
}

function readAll({ cluster, nodeId, version, request }: ApiCall<FetchRequest>): ReadAll {
  const leaders = new CurrentLeaders(cluster.nodes, version >= 16);
  const partitions: Partition[] = [];
  let leftBytes = Math.min(request.maxBytes, cluster.settings.maxFetchBytes);
  let bytes = 0;
  let failed = false;
  const responses = request.topics.map(({ topic, topicId, partitions: wanted }) => {
    const found = findTopic(cluster.topics, { name: topic, topicId }, version >= 13);
    return {
      topic,
      topicId,
      partitions: wanted.map((one) => {
        const { partition, error: cannot } = findLed(found, one.partition, nodeId, one.currentLeaderEpoch);
        const error = cannot === "NONE" && partition !== undefined ? rangeError(partition, one) : cannot;
        if (error !== "NONE" || partition === undefined) {
          failed = true;
          return refused(one.partition, error, leaders.of(partition, error));
        }
        const most = Math.min(one.partitionMaxBytes, leftBytes);
        // A batch above the limits is sent all the same when it is the first, or none ever would (KIP-74).
        const records = partition.log.read(one.fetchOffset, most, bytes === 0);
        bytes += records.length;
        leftBytes = Math.max(0, leftBytes - records.length);
        partitions.push(partition);
        return answered(partition, records, request.isolationLevel);
      }),
    };
  });
  return {
    response: { responses, nodeEndpoints: leaders.endpoints },
    isReady: failed || bytes >= request.minBytes || partitions.length === 0,
    partitions,
  };
}

function rangeError({ log }: Partition, { fetchOffset }: FetchRequestFetchPartition): KafkaErrorName {
  return fetchOffset < log.startOffset || fetchOffset > log.endOffset ? "OFFSET_OUT_OF_RANGE" : "NONE";
}

function refused(
  partitionIndex: number,
  error: KafkaErrorName,
  currentLeader: FetchResponsePartitionData["currentLeader"],
): Partially<FetchResponsePartitionData> {
  return {
    partitionIndex,
    errorCode: codeOf(error),
    highWatermark: -1n,
    currentLeader,
    abortedTransactions: null,
    records: noRecords,
  };
}

function answered(
  { index, log }: Partition,
  records: Uint8Array,
  isolationLevel: number,
): Partially<FetchResponsePartitionData> {
  return {
    partitionIndex: index,
    highWatermark: log.endOffset,
    lastStableOffset: log.endOffset,
    logStartOffset: log.startOffset,
    // There are no transactions, so none was aborted; who reads uncommitted is not even told that.
    abortedTransactions: isolationLevel === 0 ? null : [],
    records,
  };
}

/** Resolves when one of the partitions changes, the time is over, or nobody waits any more. */
async function changeOf(partitions: readonly Partition[], timeoutMs: number, cx: Context): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => resolve();
  const stops = [cx.onCancel(done), ...partitions.map((partition) => partition.watch(done))];
  const timer = setTimeout(done, timeoutMs);
  await promise;
  clearTimeout(timer);
  for (const stop of stops) stop();
}
