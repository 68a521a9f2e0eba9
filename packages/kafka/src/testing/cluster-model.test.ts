import { describe, expect, it } from "vitest";

import { ask, batchOf, named } from "../../test/ask-cluster.ts";
import { clusterWith, fetchFrom } from "../../test/orders-cluster.ts";
import { ApiVersions } from "../protocol/generated/api-versions.ts";
import { DescribeConfigs } from "../protocol/generated/describe-configs.ts";
import { DescribeCluster } from "../protocol/generated/describe-cluster.ts";
import { Fetch } from "../protocol/generated/fetch.ts";
import { CreateTopics } from "../protocol/generated/create-topics.ts";
import { DeleteTopics } from "../protocol/generated/delete-topics.ts";
import { EndTxn } from "../protocol/generated/end-txn.ts";
import { Metadata } from "../protocol/generated/metadata.ts";
import { Produce } from "../protocol/generated/produce.ts";
import type { ClusterModel } from "./cluster-model.ts";
import { servedApis } from "./served-apis.ts";

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
