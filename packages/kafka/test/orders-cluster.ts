import { ask, named, textsOf } from "./ask-cluster.ts";
import type { AskOptions } from "./ask-cluster.ts";
import { Fetch } from "../src/protocol/generated/fetch.ts";
import { Produce } from "../src/protocol/generated/produce.ts";
import { decodeBatches } from "../src/protocol/records/decode-batches.ts";
import { ClusterModel } from "../src/testing/cluster-model.ts";
import type { ClusterModelOptions } from "../src/testing/options.ts";

/** A cluster with `orders` of three partitions. */
export function clusterWith(options: ClusterModelOptions = {}): ClusterModel {
  return new ClusterModel({ topics: { orders: { partitions: 3 } }, ...options });
}

/** Produces to partition 0 of `orders`, which broker 1 leads, and answers its partition's response. */
export async function produce(cluster: ClusterModel, records: Uint8Array, options: AskOptions = {}) {
  const topicData = [{ name: "orders", partitionData: [{ index: 0, records }] }];
  const response = await ask(cluster, Produce, { acks: -1, topicData }, { version: 12, ...options });
  const [partition] = response.responses[0]?.partitionResponses ?? [];
  if (partition === undefined) throw new Error("no partition in the response");
  return { ...partition, error: named(partition.errorCode), nodeEndpoints: response.nodeEndpoints };
}

/** Fetches from partition 0 of `orders`. */
export async function fetchFrom(
  cluster: ClusterModel,
  fetchOffset: bigint,
  request: { maxWaitMs?: number; minBytes?: number; maxBytes?: number; currentLeaderEpoch?: number } = {},
  options: AskOptions = {},
) {
  const { currentLeaderEpoch = -1, maxWaitMs = 0, minBytes = 1, maxBytes = 1_000_000 } = request;
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: maxBytes, currentLeaderEpoch }];
  const topics = [{ topic: "orders", partitions }];
  const asked = { maxWaitMs, minBytes, maxBytes, topics };
  const response = await ask(cluster, Fetch, asked, { version: 12, ...options });
  const [partition] = response.responses[0]?.partitions ?? [];
  if (partition === undefined) throw new Error("no partition in the response");
  const batches = [...decodeBatches(partition.records ?? new Uint8Array(0))];
  return {
    ...partition,
    error: named(partition.errorCode),
    values: textsOf(batches.flatMap((b) => b.records)),
  };
}
