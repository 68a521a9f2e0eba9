// oxlint-disable no-await-in-loop -- a client asks one thing after the other
import { KafkaSession } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import {
  ApiVersions,
  Fetch,
  Heartbeat,
  JoinGroup,
  Metadata,
  OffsetCommit,
  Produce,
  SaslAuthenticate,
  SaslHandshake,
} from "@pagoda/kafka/protocol";
import { memoryConnections } from "@pagoda/tcp/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { answerEmpty } from "../../../metrics/test/kafka-tier.ts";
import { ordersId, produceOf, Rig } from "../../test/recorder-rig.ts";

// The clock that requests are timed by stands still.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  vi.advanceTimersByTime(1_000);
});
afterEach(() => {
  vi.useRealTimers();
});

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

describe("TrafficRecorder", () => {
  it("counts what a producer does, without what the broker refused", async () => {
    const rig = new Rig();
    await rig.connect().ask(Produce, produceOf(-1));
    const { topics, clients, edges, apis, listeners, brokers } = rig.state;
    const flow = { producedRecords: 3, producedBatches: 1, produceRequests: 1, fetchRequests: 0 };
    const answers = { requests: 1, success: 0, retriable: 1, failure: 0 };
    const errors = { NOT_LEADER_OR_FOLLOWER: 1 };
    expect(topics).toMatchObject([
      { listener: "main", topic: "orders", ...flow, ...answers, errors, lastProducedMs: 1_000_000 },
    ]);
    expect(topics[0]?.partitions).toMatchObject([
      { partition: 0, producedRecords: 3, endOffset: 43, timeline: [[43, 1_000_000]], leaderMoves: 0 },
      { partition: 1, producedRecords: 0, endOffset: -1, timeline: [], leaderMoves: 1 },
    ]);
    expect(clients).toMatchObject([
      { client: "checkout", ...flow, ...answers, errors, connections: 1, uncompressedBatches: 1 },
    ]);
    expect(edges).toMatchObject([
      { from: "checkout", fromKind: "client", to: "orders", toKind: "topic", op: "produce" },
    ]);
    expect(edges[0]).toMatchObject({ requests: 1, failed: 1, records: 3, tlsRequests: 0, auth: "-" });
    expect(apis).toMatchObject([{ api: "Produce", client: "checkout", versions: [12], ...answers, errors }]);
    expect(listeners).toMatchObject([{ listener: "main", connections: 1, sent: 1, ...answers, errors }]);
    expect(brokers).toMatchObject([{ nodeId: "1", inFlight: 0, connections: 1, ...answers, errors }]);
    for (const row of [...topics, ...clients, ...apis, ...listeners, ...brokers]) {
      expect(sum(row.latency)).toBe(1);
    }
  });

  it("knows records that ask for no answer, and who sends them", async () => {
    const rig = new Rig();
    await rig.connect().ask(Produce, produceOf(0));
    const { topics, clients, listeners } = rig.state;
    expect(topics).toMatchObject([{ producedRecords: 5, requests: 1, success: 0, lastProducedMs: -1 }]);
    expect(topics[0]?.partitions.map(({ endOffset }) => endOffset)).toEqual([-1, -1]);
    expect(clients).toMatchObject([{ unacknowledged: 1, uncompressedBatches: 1, producedBatches: 2 }]);
    expect(sum(listeners[0]?.latency ?? [])).toBe(0);
  });

  it("has fetches go to the group, and to the client while nobody knows it", async () => {
    const rig = new Rig();
    const tier = rig.connect();
    for (const group of [undefined, "ambiguous", "billing", "billing"]) {
      rig.group = group;
      await tier.ask(Fetch, { version: 12 });
    }
    const { edges, topics } = rig.state;
    expect(edges).toMatchObject([
      { from: "orders", fromKind: "topic", to: "checkout", toKind: "client", op: "fetch", requests: 2 },
      { from: "orders", fromKind: "topic", to: "billing", toKind: "group", requests: 2, records: 4 },
    ]);
    expect(topics).toMatchObject([{ fetchedRecords: 8, fetchRequests: 4, success: 4 }]);
    expect(topics[0]?.partitions).toMatchObject([{ endOffset: 43, producedRecords: 0 }]);
  });

  it("finds the names of topic ids, and says which it does not know", async () => {
    const rig = new Rig();
    const tier = rig.connect();
    await tier.ask(Fetch);
    tier.topicIds.learn(ordersId, "orders");
    await tier.ask(Fetch);
    expect(rig.state.topics.map(({ topic, fetchRequests }) => [topic, fetchRequests])).toEqual([
      ["__unknown_id__", 1],
      ["orders", 1],
    ]);
    expect(rig.state.topics[0]?.partitions).toEqual([]);
    tier.topicIds.learnPartitions("orders", 6);
    expect(rig.state.topics.map(({ partitionCount }) => partitionCount)).toEqual([0, 6]);
  });

  it("keeps long polls and rebalances out of the durations", async () => {
    const rig = new Rig();
    const tier = rig.connect({ broker: (request) => answerEmpty(request) });
    await tier.ask(Fetch, { version: 12 });
    await tier.ask(JoinGroup);
    await tier.ask(Heartbeat);
    const { listeners, clients, apis } = rig.state;
    expect(listeners).toMatchObject([{ requests: 3, success: 3, sent: 1 }]);
    expect(sum(listeners[0]?.latency ?? [])).toBe(1);
    expect(clients).toMatchObject([{ emptyFetches: 1, fetchRequests: 1 }]);
    expect(apis.map(({ api, bestMs }) => [api, bestMs >= 0])).toEqual([
      ["Fetch", false],
      ["JoinGroup", false],
      ["Heartbeat", true],
    ]);
  });

  it("tells who a client is: software, login, versions of the past, what it asks too often", async () => {
    const rig = new Rig();
    const tier = rig.connect();
    const software = { clientSoftwareName: "librdkafka", clientSoftwareVersion: "2.6.0" };
    await tier.ask(ApiVersions, { body: software });
    await tier.ask(SaslHandshake, { body: { mechanism: "PLAIN" } });
    await tier.ask(SaslAuthenticate, { body: { authBytes: Buffer.from("\0alice\0secret") } });
    for (const version of [0, 12]) await tier.ask(Metadata, { version });
    await tier.ask(OffsetCommit, { version: 1 });
    await tier.ask(Fetch, { version: 4 });
    expect(rig.state.clients).toMatchObject([
      {
        software: ["librdkafka/2.6.0"],
        auth: ["PLAIN"],
        oldVersions: ["OffsetCommit/v1"],
        metadataRequests: 2,
        commits: 1,
        plainConnections: 1,
        tlsConnections: 0,
        opened: 1,
      },
    ]);
    expect(rig.state.edges).toMatchObject([{ auth: "PLAIN" }]);
    expect(rig.state.apis.find(({ api }) => api === "Metadata")?.versions).toEqual([0, 12]);
  });

  it("follows a connection to other names and brokers, and to its end", async () => {
    const rig = new Rig();
    let node = "bootstrap";
    const tier = rig.connect({}, () => node);
    await tier.ask(Heartbeat, { clientId: "a" });
    node = "3";
    await tier.ask(Heartbeat, { clientId: null });
    const shown = () => {
      const { clients, brokers, listeners } = rig.state;
      return {
        clients: clients.map(({ client, connections, opened }) => [client, connections, opened]),
        brokers: brokers.map(({ nodeId, connections, requests }) => [nodeId, connections, requests]),
        listener: listeners[0]?.connections,
      };
    };
    const before = {
      clients: [
        ["a", 0, 1],
        ["__none__", 1, 1],
      ],
      brokers: [
        ["bootstrap", 0, 1],
        ["3", 1, 1],
      ],
      listener: 1,
    };
    expect(shown()).toEqual(before);
    await tier.close();
    expect(shown()).toMatchObject({
      clients: [
        ["a", 0, 1],
        ["__none__", 0, 1],
      ],
      listener: 0,
    });
  });

  it("has nothing in flight when a connection is gone with its requests", async () => {
    const rig = new Rig();
    const pending = Promise.withResolvers<KafkaAnswer>();
    const tier = rig.connect({ broker: () => pending.promise });
    const asked = tier.ask(Heartbeat);
    expect(rig.state.brokers).toMatchObject([{ inFlight: 1, connections: 1 }]);
    await tier.close();
    expect(rig.state.brokers).toMatchObject([{ inFlight: 0, connections: 0 }]);
    pending.reject(new Error("gone"));
    await expect(asked).rejects.toThrow("gone");
    expect(rig.state.brokers).toMatchObject([{ inFlight: 0, connections: 0 }]);
    expect(rig.state.listeners).toMatchObject([{ requests: 1, success: 0, failure: 1 }]);
  });

  it("forgets topics and edges that are idle, and clients when they have gone as well", async () => {
    const rig = new Rig();
    const tier = rig.connect();
    await tier.ask(Fetch, { version: 12 });
    rig.nowMs += 899_000;
    expect(rig.state).toMatchObject({ topics: [{}], edges: [{}], clients: [{}] });
    rig.nowMs += 2_000;
    expect(rig.state).toMatchObject({ topics: [], edges: [], clients: [{}] });
    await tier.ask(Fetch, { version: 12 });
    expect(rig.state.topics).toMatchObject([{ topic: "orders", fetchRequests: 1 }]);
    await tier.close();
    rig.nowMs += 901_000;
    expect(rig.state.clients).toEqual([]);
  });

  it("keeps a topic that a group has offsets of, where its lag ends", async () => {
    const rig = new Rig();
    const tier = rig.connect();
    await tier.ask(Fetch, { version: 12 });
    rig.groupTopics = [{ listener: "main", topic: "orders" }];
    for (const _ of [1, 2]) {
      rig.nowMs += 899_000;
      expect(rig.state.topics).toMatchObject([{ topic: "orders", partitions: [{ endOffset: 43 }] }]);
    }
    rig.groupTopics = [];
    rig.nowMs += 901_000;
    expect(rig.state.topics).toEqual([]);
  });

  it("folds what is too much into one row", async () => {
    const rig = new Rig();
    const tier = rig.connect({ broker: (request) => answerEmpty(request) });
    for (let n = 0; n < 2_010; n++) await tier.ask(Heartbeat, { clientId: `client-${n}` });
    const { clients, apis } = rig.state;
    expect(clients).toHaveLength(2_001);
    expect(clients.at(-1)).toMatchObject({ client: "__other__", requests: 10, opened: 1 });
    expect(apis).toHaveLength(2_001);
    expect(apis.at(-1)).toMatchObject({ client: "__other__", api: "Heartbeat", requests: 10 });
  });

  it("keeps apart what answers in pieces bring, however they interleave", () => {
    const rig = new Rig();
    const [, connection] = memoryConnections({ listener: "main" });
    const session = new KafkaSession(connection);
    const watcher = rig.recorder.watch({ connection, session, direction: "inbound", nodeId: () => "1" });
    const request = { apiKey: 1, apiVersion: 12, api: Fetch, isRawToken: false, clientId: "a" };
    const exchange = () => ({
      request: request as KafkaRequest,
      startedMs: 1,
      sentMs: 2,
      receivedMs: 3,
      answeredBy: undefined,
    });
    const [one, two] = [exchange(), exchange()];
    const facts = { topicId: "", partition: 0, errorCode: 0, highWatermark: 5, recordsBytes: 9, batches: 1 };
    const more = { records: 1, baseOffset: 4, baseTimestamp: 1, maxTimestamp: 1, codec: 0 };
    const outcome = { classification: "success", waited: false, endedMs: 4, throttleMs: 0 } as const;
    const ended = { ...outcome, answer: undefined, failure: undefined };
    for (const each of [one, two]) watcher.began?.(each);
    for (const topic of ["x", "y"]) {
      for (const each of [one, two]) watcher.fetched?.(each, { ...facts, ...more, topic });
    }
    watcher.ended?.(two, ended);
    expect(rig.state.topics).toMatchObject([{ fetchRequests: 1 }, { fetchRequests: 1 }]);
    watcher.ended?.(one, ended);
    expect(rig.state.topics).toMatchObject([
      { topic: "x", fetchRequests: 2, success: 2 },
      { topic: "y", fetchRequests: 2, success: 2 },
    ]);
  });
});
