import { Context } from "@pagoda/core";
import { fakeTime } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { ask, batchOf, named, textsOf } from "../../test/ask-cluster.ts";
import type { AskOptions } from "../../test/ask-cluster.ts";
import { errorsOf } from "../protocol/errors/errors-of.ts";
import { ApiVersions } from "../protocol/generated/api-versions.ts";
import { DescribeConfigs } from "../protocol/generated/describe-configs.ts";
import { DescribeCluster } from "../protocol/generated/describe-cluster.ts";
import { Fetch } from "../protocol/generated/fetch.ts";
import { InitProducerId } from "../protocol/generated/init-producer-id.ts";
import { ListOffsets } from "../protocol/generated/list-offsets.ts";
import { CreateTopics } from "../protocol/generated/create-topics.ts";
import { DeleteTopics } from "../protocol/generated/delete-topics.ts";
import { EndTxn } from "../protocol/generated/end-txn.ts";
import { Metadata } from "../protocol/generated/metadata.ts";
import { OffsetForLeaderEpoch } from "../protocol/generated/offset-for-leader-epoch.ts";
import { Produce } from "../protocol/generated/produce.ts";
import { decodeBatches } from "../protocol/records/decode-batches.ts";
import { ClusterModel } from "./cluster-model.ts";
import type { ClusterModelOptions } from "./options.ts";
import { servedApis } from "./served-apis.ts";

function clusterWith(options: ClusterModelOptions = {}): ClusterModel {
  return new ClusterModel({ topics: { orders: { partitions: 3 } }, ...options });
}

/** Produces to partition 0 of `orders`, which broker 1 leads, and answers its partition's response. */
async function produce(cluster: ClusterModel, records: Uint8Array, options: AskOptions = {}) {
  const topicData = [{ name: "orders", partitionData: [{ index: 0, records }] }];
  const response = await ask(cluster, Produce, { acks: -1, topicData }, { version: 12, ...options });
  const [partition] = response.responses[0]?.partitionResponses ?? [];
  if (partition === undefined) throw new Error("no partition in the response");
  return { ...partition, error: named(partition.errorCode), nodeEndpoints: response.nodeEndpoints };
}

/** Fetches from partition 0 of `orders`. */
async function fetchFrom(
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

describe("an in-memory cluster", () => {
  it("answers, in every version that it advertises, with something that can be sent", async () => {
    const cluster = clusterWith({ brokers: 1 });
    for (const { api, versions } of servedApis.values()) {
      for (let version = versions.min; version <= versions.max; version += 1) {
        const request = api.request.of();
        const sent = api.request.decode(api.request.encode(request, version), version);
        const answer = await cluster.handle(1, api, version, sent, { clientId: null, host: "" });
        if (answer !== null) api.response.encode(answer, version);
      }
    }
    expect(servedApis.size).toBe(23);
  });

  it("refuses what it does not serve with UNSUPPORTED_VERSION, in the shape of the API", async () => {
    const cluster = clusterWith();
    const ended = await ask(cluster, EndTxn, { transactionalId: "t" });
    expect(named(ended.errorCode)).toBe("UNSUPPORTED_VERSION");
    const { error } = await fetchFrom(cluster, 0n, {}, { version: 3 });
    expect(error).toBe("UNSUPPORTED_VERSION");
  });

  it("advertises only what it serves, and Produce from 0 on as brokers do", async () => {
    const { apiKeys } = await ask(clusterWith(), ApiVersions, {
      clientSoftwareName: "x",
      clientSoftwareVersion: "1",
    });
    expect(apiKeys.map(({ apiKey }) => apiKey)).toEqual([...servedApis.keys()].toSorted((a, b) => a - b));
    expect(apiKeys[0]).toMatchObject({ apiKey: 0, minVersion: 0, maxVersion: 13 });
  });

  it("tells of brokers, topics, leaders and copies", async () => {
    const cluster = clusterWith();
    cluster.place(2, { host: "b.example", port: 5 });
    const { brokers, topics, clusterId } = await ask(cluster, Metadata, { topics: null });
    expect(clusterId).toBe(cluster.clusterId);
    expect(brokers.map(({ nodeId, host, port }) => [nodeId, host, port])).toContainEqual([2, "b.example", 5]);
    expect(topics[0]?.partitions.map(({ leaderId, replicaNodes }) => [leaderId, replicaNodes])).toEqual([
      [1, [1, 2, 3]],
      [2, [2, 3, 1]],
      [3, [3, 1, 2]],
    ]);
    const described = await ask(cluster, DescribeCluster, { endpointType: 1 });
    expect(described.brokers).toHaveLength(3);
  });

  it("makes a topic that is asked for, if the client and the cluster allow it", async () => {
    const name = "new";
    const errorOf = async (cluster: ClusterModel, allowAutoTopicCreation: boolean) => {
      const { topics } = await ask(cluster, Metadata, { topics: [{ name }], allowAutoTopicCreation });
      return named(topics[0]?.errorCode);
    };
    const cluster = clusterWith();
    expect(await errorOf(cluster, false)).toBe("UNKNOWN_TOPIC_OR_PARTITION");
    expect(await errorOf(cluster, true)).toBe("NONE");
    expect(cluster.records(name)).toEqual([]);
    expect(await errorOf(clusterWith({ autoCreateTopics: false }), true)).toBe("UNKNOWN_TOPIC_OR_PARTITION");
  });

  it("creates, refuses and deletes topics", async () => {
    const cluster = clusterWith({ maxPartitions: 10 });
    const create = async (name: string, numPartitions: number, replicationFactor = -1) => {
      const topics = [{ name, numPartitions, replicationFactor }];
      const response = await ask(cluster, CreateTopics, { topics });
      return named(response.topics[0]?.errorCode);
    };
    expect(await create("orders", 1)).toBe("TOPIC_ALREADY_EXISTS");
    expect(await create("a b", 1)).toBe("INVALID_TOPIC_EXCEPTION");
    expect(await create("none", 0)).toBe("INVALID_PARTITIONS");
    expect(await create("copies", 1, 4)).toBe("INVALID_REPLICATION_FACTOR");
    expect(await create("huge", 0x7fff_ffff)).toBe("POLICY_VIOLATION");
    expect(await create("fits", 7)).toBe("NONE");
    const deleted = await ask(cluster, DeleteTopics, { topicNames: ["fits", "fits"] }, { version: 5 });
    expect(deleted.responses.map(({ errorCode }) => named(errorCode))).toEqual([
      "NONE",
      "UNKNOWN_TOPIC_OR_PARTITION",
    ]);
  });

  it("tells what a topic was made with, and what was not said", async () => {
    const cluster = clusterWith();
    const configs = [{ name: "cleanup.policy", value: "compact" }];
    const topics = [{ name: "kept", numPartitions: 1, replicationFactor: 1, configs }];
    const created = await ask(cluster, CreateTopics, { topics });
    const told = [
      { name: "cleanup.policy", value: "compact", configSource: 1 },
      { name: "message.timestamp.type", value: "CreateTime", configSource: 5 },
    ];
    expect(created.topics[0]).toMatchObject({ numPartitions: 1, replicationFactor: 1, configs: told });
    const resources = ["kept", "none"].map((resourceName) => ({
      resourceType: 2,
      resourceName,
      configurationKeys: null,
    }));
    const { results } = await ask(cluster, DescribeConfigs, { resources });
    expect(results[0]).toMatchObject({ errorCode: 0, configs: told });
    expect(named(results[1]?.errorCode)).toBe("UNKNOWN_TOPIC_OR_PARTITION");
  });

  it("gives a topic that is made again another id, and knows the old one no more", async () => {
    const cluster = clusterWith();
    const before = (await ask(cluster, Metadata, { topics: null })).topics[0]?.topicId ?? "";
    cluster.deleteTopic("orders");
    const { id } = cluster.createTopic("orders", {});
    expect(id).not.toBe(before);
    const records = batchOf(["a"]);
    const topicData = [before, id].map((topicId) => ({ topicId, partitionData: [{ index: 0, records }] }));
    const { responses } = await ask(cluster, Produce, { acks: 1, topicData }, { version: 13 });
    expect(responses.map((topic) => named(topic.partitionResponses[0]?.errorCode))).toEqual([
      "UNKNOWN_TOPIC_ID",
      "NONE",
    ]);
    const topics = [before, id].map((topicId) => ({
      topicId,
      partitions: [{ partition: 0, partitionMaxBytes: 100 }],
    }));
    const fetched = await ask(cluster, Fetch, { maxWaitMs: 0, maxBytes: 1_000, topics }, { version: 17 });
    expect(fetched.responses.map((topic) => named(topic.partitions[0]?.errorCode))).toEqual([
      "UNKNOWN_TOPIC_ID",
      "NONE",
    ]);
  });
});

describe("the log of an in-memory cluster", () => {
  it("gives back what was produced, from the batch that holds the offset on", async () => {
    const cluster = clusterWith();
    expect(await produce(cluster, batchOf(["a", "b"]))).toMatchObject({ error: "NONE", baseOffset: 0n });
    expect(await produce(cluster, batchOf(["c"]))).toMatchObject({ error: "NONE", baseOffset: 2n });
    expect((await fetchFrom(cluster, 0n)).values).toEqual(["a", "b", "c"]);
    expect((await fetchFrom(cluster, 1n)).values).toEqual(["a", "b", "c"]);
    expect(await fetchFrom(cluster, 2n)).toMatchObject({ values: ["c"], highWatermark: 3n });
    expect(textsOf(cluster.records("orders"))).toEqual(["a", "b", "c"]);
  });

  it("sends a first batch above the limits, and no second one", async () => {
    const cluster = clusterWith();
    await produce(cluster, batchOf(["a".repeat(100)]));
    await produce(cluster, batchOf(["b"]));
    expect((await fetchFrom(cluster, 0n, { maxBytes: 1 })).values).toHaveLength(1);
  });

  it("answers nothing to acks 0, and appends all the same", async () => {
    const cluster = clusterWith();
    const topicData = [{ name: "orders", partitionData: [{ index: 0, records: batchOf(["a"]) }] }];
    const request = Produce.request.of({ acks: 0, topicData });
    expect(await cluster.handle(1, Produce as never, 9, request, { clientId: null, host: "" })).toBeNull();
    expect(textsOf(cluster.records("orders"))).toEqual(["a"]);
  });

  it("refuses records that are damaged, too big, or not one batch", async () => {
    const cluster = clusterWith({ maxMessageBytes: 200 });
    const damaged = batchOf(["a"]);
    damaged[damaged.length - 2] = 0xff;
    expect((await produce(cluster, damaged)).error).toBe("CORRUPT_MESSAGE");
    expect((await produce(cluster, new Uint8Array(0))).error).toBe("CORRUPT_MESSAGE");
    expect((await produce(cluster, batchOf(["a"], { magic: 1 }))).error).toBe("INVALID_RECORD");
    expect((await produce(cluster, Buffer.concat([batchOf(["a"]), batchOf(["b"])]))).error).toBe(
      "INVALID_RECORD",
    );
    expect((await produce(cluster, batchOf(["x".repeat(200)]))).error).toBe("MESSAGE_TOO_LARGE");
    expect((await produce(cluster, batchOf(["a"], { lastOffsetDelta: 7 }))).error).toBe("INVALID_RECORD");
    expect(cluster.records("orders")).toEqual([]);
  });

  it("drops the oldest batches beyond its limit, and moves its start", async () => {
    const size = batchOf(["a"]).length;
    const cluster = clusterWith({ maxLogBytesPerPartition: 3 * size });
    for (const value of ["a", "b", "c", "d", "e"]) await produce(cluster, batchOf([value]));
    expect(textsOf(cluster.records("orders"))).toEqual(["c", "d", "e"]);
    expect((await fetchFrom(cluster, 1n)).error).toBe("OFFSET_OUT_OF_RANGE");
    expect(await fetchFrom(cluster, 2n)).toMatchObject({ error: "NONE", logStartOffset: 2n });
  });

  it("finds offsets by time, and at both ends", async () => {
    const cluster = clusterWith();
    await produce(cluster, batchOf(["a", "b"]));
    await produce(cluster, batchOf(["c", "d"], { baseTimestamp: 5_000n }));
    const at = async (timestamp: bigint) => {
      const partitions = [{ partitionIndex: 0, timestamp }];
      const { topics } = await ask(cluster, ListOffsets, { topics: [{ name: "orders", partitions }] });
      return topics[0]?.partitions[0]?.offset;
    };
    expect(await at(-2n)).toBe(0n);
    expect(await at(-1n)).toBe(4n);
    expect(await at(-3n)).toBe(3n);
    expect(await at(1_001n)).toBe(1n);
    expect(await at(1_002n)).toBe(2n);
    expect(await at(9_999n)).toBe(-1n);
  });

  it("writes an idempotent producer's batch once, and refuses one out of order", async () => {
    const cluster = clusterWith();
    const { producerId, producerEpoch } = await ask(
      cluster,
      InitProducerId,
      { transactionalId: null },
      { version: 5 },
    );
    const send = (value: string, baseSequence: number, epoch = producerEpoch) =>
      produce(cluster, batchOf([value], { producerId, producerEpoch: epoch, baseSequence }));
    expect(await send("a", 0)).toMatchObject({ error: "NONE", baseOffset: 0n });
    expect(await send("b", 1)).toMatchObject({ error: "NONE", baseOffset: 1n });
    expect(await send("a", 0)).toMatchObject({ error: "NONE", baseOffset: 0n });
    expect((await send("d", 3)).error).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER");
    expect((await send("c", 0, 1)).error).toBe("NONE");
    expect((await send("z", 2)).error).toBe("INVALID_PRODUCER_EPOCH");
    expect(textsOf(cluster.records("orders"))).toEqual(["a", "b", "c"]);
  });
});

describe("leaders in an in-memory cluster", () => {
  it("tells who leads now when the old leader is asked", async () => {
    const cluster = clusterWith();
    await produce(cluster, batchOf(["a"]));
    cluster.moveLeader("orders", 0, 3);
    expect(await produce(cluster, batchOf(["b"]))).toMatchObject({
      error: "NOT_LEADER_OR_FOLLOWER",
      currentLeader: { leaderId: 3, leaderEpoch: 1 },
      nodeEndpoints: [{ nodeId: 3, host: "127.0.0.1" }],
    });
    expect(await fetchFrom(cluster, 0n)).toMatchObject({
      error: "NOT_LEADER_OR_FOLLOWER",
      currentLeader: { leaderId: -1 },
    });
    expect((await produce(cluster, batchOf(["b"]), { nodeId: 3 })).error).toBe("NONE");
    expect((await fetchFrom(cluster, 0n, { currentLeaderEpoch: 0 }, { nodeId: 3 })).error).toBe(
      "FENCED_LEADER_EPOCH",
    );
    expect((await fetchFrom(cluster, 0n, { currentLeaderEpoch: 2 }, { nodeId: 3 })).error).toBe(
      "UNKNOWN_LEADER_EPOCH",
    );
  });

  it("remembers where each epoch ended", async () => {
    const cluster = clusterWith();
    await produce(cluster, batchOf(["a", "b"]));
    cluster.moveLeader("orders", 0, 2);
    await produce(cluster, batchOf(["c"]), { nodeId: 2 });
    const partitions = [0, 1].map((leaderEpoch) => ({ partition: 0, currentLeaderEpoch: -1, leaderEpoch }));
    const { topics } = await ask(
      cluster,
      OffsetForLeaderEpoch,
      { topics: [{ topic: "orders", partitions }] },
      { nodeId: 2 },
    );
    expect(topics[0]?.partitions.map(({ leaderEpoch, endOffset }) => [leaderEpoch, endOffset])).toEqual([
      [0, 2n],
      [1, 3n],
    ]);
  });

  it("gives what a stopped broker led to the others, and tells of it no more", async () => {
    const cluster = clusterWith();
    cluster.setUp(1, false);
    expect(cluster.leaderOf("orders", 0)).toBe(2);
    const { brokers, topics } = await ask(cluster, Metadata, { topics: null }, { nodeId: 2 });
    expect(brokers.map(({ nodeId }) => nodeId)).toEqual([2, 3]);
    expect(topics[0]?.partitions[0]).toMatchObject({ isrNodes: [2, 3], offlineReplicas: [1] });
    cluster.setUp(1, true);
    expect(cluster.leaderOf("orders", 0)).toBe(2);
  });

  it("leaves a partition without a leader while no copy's broker is up", async () => {
    const cluster = clusterWith({ topics: { orders: { partitions: 1, replicationFactor: 1 } } });
    cluster.setUp(1, false);
    const { topics } = await ask(cluster, Metadata, { topics: null }, { nodeId: 2 });
    expect(named(topics[0]?.partitions[0]?.errorCode)).toBe("LEADER_NOT_AVAILABLE");
    cluster.setUp(1, true);
    expect(cluster.leaderOf("orders", 0)).toBe(1);
    expect(() => cluster.moveLeader("orders", 0, 2)).toThrow("holds no copy");
  });
});

describe("a fault in an in-memory cluster", () => {
  it("is answered as often as said, and only at the broker said", async () => {
    const cluster = clusterWith();
    cluster.fail({ api: "Produce", error: "NOT_ENOUGH_REPLICAS", times: 2, nodeId: 1 });
    const errors = [];
    for (const value of ["a", "b", "c"]) errors.push((await produce(cluster, batchOf([value]))).error);
    expect(errors).toEqual(["NOT_ENOUGH_REPLICAS", "NOT_ENOUGH_REPLICAS", "NONE"]);
    expect(textsOf(cluster.records("orders"))).toEqual(["c"]);
  });

  it("can be taken back", async () => {
    const cluster = clusterWith();
    cluster.fail({ api: "Metadata", error: "UNKNOWN_SERVER_ERROR" })();
    expect(errorsOf(await ask(cluster, Metadata, { topics: null }))).toEqual([]);
  });
});

describe("a Fetch that waits", () => {
  const time = fakeTime();

  it("is answered when enough bytes are there", async () => {
    const cluster = clusterWith();
    const size = batchOf(["a"]).length;
    let values: string[] | undefined;
    void fetchFrom(cluster, 0n, { maxWaitMs: 1_000, minBytes: 2 * size }).then(
      (answer) => (values = answer.values),
    );
    await produce(cluster, batchOf(["a"]));
    await time.advance(999);
    expect(values).toBeUndefined();
    await produce(cluster, batchOf(["b"]));
    await time.advance(0);
    expect(values).toEqual(["a", "b"]);
    expect(time.timers).toBe(0);
  });

  it("is answered with what there is when its time is over", async () => {
    const cluster = clusterWith();
    const answer = fetchFrom(cluster, 0n, { maxWaitMs: 1_000, minBytes: 1_000 });
    await produce(cluster, batchOf(["a"]));
    await time.advance(1_000);
    expect((await answer).values).toEqual(["a"]);
  });

  it("is answered at once when the leader moves or the topic goes", async () => {
    const cluster = clusterWith();
    const moved = fetchFrom(cluster, 0n, { maxWaitMs: 1_000 });
    await time.advance(1);
    cluster.moveLeader("orders", 0, 2);
    expect((await moved).error).toBe("NOT_LEADER_OR_FOLLOWER");
    const deleted = fetchFrom(cluster, 0n, { maxWaitMs: 1_000 }, { nodeId: 2 });
    await time.advance(1);
    cluster.deleteTopic("orders");
    expect((await deleted).error).toBe("UNKNOWN_TOPIC_OR_PARTITION");
    expect(time.timers).toBe(0);
  });

  it("leaves nothing behind when the client has gone", async () => {
    const cluster = clusterWith();
    const cx = Context.background().fork();
    const answer = fetchFrom(cluster, 0n, { maxWaitMs: 1_000 }, { cx });
    await time.advance(1);
    cx.cancel();
    await expect(answer).rejects.toMatchObject({ code: "CANCELLED" });
    expect(time.timers).toBe(0);
    expect(cx.attached).toBe(0);
  });
});
