// oxlint-disable no-await-in-loop -- a client asks one thing after the other
import { Context } from "@pagoda/core";
import { KafkaApiError, KafkaRequest, noResponse } from "@pagoda/kafka";
import {
  Fetch,
  Heartbeat,
  JoinGroup,
  kafkaErrorNamed,
  Metadata,
  Produce,
  ShareFetch,
  SyncGroup,
} from "@pagoda/kafka/protocol";
import type { KafkaErrorName, Partially, ProduceRequest } from "@pagoda/kafka/protocol";
import { describe, expect, it } from "vitest";

import { answerEmpty, answerOf, batch, requestOf, Tier } from "../../test/kafka-tier.ts";
import { unknownAnswer, unknownRequest } from "../../test/kafka-traffic.ts";

const code = (name: KafkaErrorName): number => kafkaErrorNamed(name).code;
const ordersId = "AAAAAAAAAAAAAAAAAAAAAg";

function produceOf(acks: number, ...partitions: readonly number[]): Partially<ProduceRequest> {
  const partitionData = partitions.map((index) => ({ index, records: batch(3) }));
  return { acks, topicData: [{ name: "orders", partitionData }] };
}

describe("what the numbers survive", () => {
  it("Produce with acks=0 has no response: it is classified none, and leaves nothing in flight", async () => {
    const tier = new Tier();
    expect(await tier.ask(Produce, { version: 12, body: produceOf(0, 0) })).toBe(noResponse);
    const labels = { api: "Produce" };
    expect(await tier.value("pagoda_responses_total", { ...labels, classification: "none" })).toBe(1);
    expect(await tier.value("pagoda_responses_total", { ...labels, classification: "success" })).toBe(0);
    expect(await tier.value("pagoda_requests_in_flight")).toBe(0);
    expect(await tier.value("pagoda_request_duration_seconds_count", labels)).toBe(0);
    expect(await tier.value("pagoda_topic_records_total", { topic: "orders", op: "produce" })).toBe(3);
    expect(await tier.value("pagoda_topic_batches_total", { acks: "0", codec: "none" })).toBe(1);
  });

  it("nothing stays in flight of a request that fails", async () => {
    const tier = new Tier({ broker: () => Promise.reject(new Error("gone")) });
    await expect(tier.ask(Heartbeat)).rejects.toThrow("gone");
    expect(await tier.value("pagoda_requests_in_flight")).toBe(0);
  });

  it.each([
    ["Fetch", Fetch],
    ["ShareFetch", ShareFetch],
  ] as const)("an empty %s is a long poll: counted as such, and no latency", async (name, api) => {
    const full = { responses: [{ topicId: ordersId, partitions: [{ records: batch(2) }] }] };
    const nothing = { responses: [{ topicId: ordersId, partitions: [{ records: Buffer.alloc(0) }] }] };
    const answers = [{}, full, nothing];
    const tier = new Tier({
      broker: (request) => answerOf(request, api as typeof Fetch, answers.pop() ?? {}),
    });
    for (let n = 0; n < 3; n++) await tier.ask(api as typeof Fetch);
    expect(await tier.value("pagoda_fetch_responses_total", { result: "empty" })).toBe(2);
    expect(await tier.value("pagoda_fetch_responses_total", { result: "data" })).toBe(1);
    expect(await tier.value("pagoda_request_duration_seconds_count", { api: name })).toBe(1);
    expect(await tier.value("pagoda_upstream_duration_seconds_count", { api: name })).toBe(1);
    expect(await tier.value("pagoda_responses_total", { api: name, classification: "success" })).toBe(3);
  });

  it("an empty Fetch with an error was no long poll", async () => {
    const errorCode = code("NOT_LEADER_OR_FOLLOWER");
    const tier = new Tier({
      broker: (request) => answerOf(request, Fetch, { responses: [{ partitions: [{ errorCode }] }] }),
    });
    await tier.ask(Fetch);
    expect(await tier.value("pagoda_request_duration_seconds_count", { api: "Fetch" })).toBe(1);
  });

  it("JoinGroup and SyncGroup wait for the group: they have a histogram of their own", async () => {
    const tier = new Tier();
    await tier.ask(JoinGroup);
    await tier.ask(SyncGroup);
    await tier.ask(Heartbeat);
    expect(await tier.value("pagoda_group_rebalance_duration_seconds_count", { listener: "main" })).toBe(1);
    expect(await tier.value("pagoda_request_duration_seconds_count")).toBe(1);
    expect(await tier.value("pagoda_upstream_duration_seconds_count")).toBe(1);
    expect(await tier.value("pagoda_responses_total", { classification: "success" })).toBe(3);
  });

  it("a rebalance lasts from the first JoinGroup until a SyncGroup that was accepted", async () => {
    const codes = [0, code("REBALANCE_IN_PROGRESS")];
    const tier = new Tier({
      broker: (request) =>
        request.is(SyncGroup)
          ? answerOf(request, SyncGroup, { errorCode: codes.pop() ?? 0 })
          : answerEmpty(request),
    });
    for (const api of [JoinGroup, SyncGroup, JoinGroup, SyncGroup, SyncGroup])
      await tier.ask(api as typeof JoinGroup);
    expect(await tier.value("pagoda_group_rebalance_duration_seconds_count")).toBe(1);
  });

  it("one response can carry many errors: classified by the worst, each counted", async () => {
    const codes = ["NONE", "NOT_LEADER_OR_FOLLOWER", "NOT_LEADER_OR_FOLLOWER", "TOPIC_AUTHORIZATION_FAILED"];
    const partitionResponses = codes.map((name, index) => ({
      index,
      errorCode: code(name as KafkaErrorName),
    }));
    const tier = new Tier({
      broker: (request) =>
        answerOf(request, Produce, { responses: [{ name: "orders", partitionResponses }] }),
    });
    await tier.ask(Produce, { version: 12, body: produceOf(-1, 0, 1, 2, 3) });
    expect(await tier.value("pagoda_responses_total", { classification: "failure" })).toBe(1);
    expect(await tier.value("pagoda_responses_total")).toBe(1);
    expect(await tier.value("pagoda_response_errors_total", { error: "NOT_LEADER_OR_FOLLOWER" })).toBe(2);
    expect(await tier.value("pagoda_response_errors_total", { error: "TOPIC_AUTHORIZATION_FAILED" })).toBe(1);
    expect(await tier.value("pagoda_client_errors_total", { client: "checkout" })).toBe(3);
    expect(await tier.value("pagoda_topic_errors_total", { topic: "orders", op: "produce" })).toBe(3);
    // Of the four partitions the broker took one.
    expect(await tier.value("pagoda_topic_records_total", { topic: "orders" })).toBe(3);
    expect(await tier.value("pagoda_topic_batches_total", { acks: "all" })).toBe(1);
  });

  it("retriable errors are no failures", async () => {
    const errorCode = code("COORDINATOR_LOAD_IN_PROGRESS");
    const tier = new Tier({ broker: (request) => answerOf(request, Heartbeat, { errorCode }) });
    await tier.ask(Heartbeat);
    expect(await tier.value("pagoda_responses_total", { classification: "retriable" })).toBe(1);
    expect(await tier.value("pagoda_responses_total", { classification: "failure" })).toBe(0);
  });

  it("UNKNOWN_TOPIC_OR_PARTITION on Metadata, before a topic is made, is retriable", async () => {
    const topics = [{ name: "new", errorCode: code("UNKNOWN_TOPIC_OR_PARTITION") }];
    const tier = new Tier({ broker: (request) => answerOf(request, Metadata, { topics }) });
    await tier.ask(Metadata);
    expect(await tier.value("pagoda_responses_total", { classification: "retriable" })).toBe(1);
    const error = "UNKNOWN_TOPIC_OR_PARTITION";
    expect(await tier.value("pagoda_response_errors_total", { api: "Metadata", error })).toBe(1);
  });

  it("topics that are named by id count under their name, once it is known", async () => {
    const full = { responses: [{ topicId: ordersId, partitions: [{ records: batch(2) }] }] };
    const tier = new Tier({ broker: (request) => answerOf(request, Fetch, full) });
    await tier.ask(Fetch);
    tier.topicIds.learn(ordersId, "orders");
    await tier.ask(Fetch);
    expect(await tier.value("pagoda_topic_records_total", { topic: "__unknown_id__" })).toBe(2);
    expect(await tier.value("pagoda_topic_records_total", { topic: "orders", op: "fetch" })).toBe(2);
  });

  it("a Produce by topic id counts under the topic's name", async () => {
    const tier = new Tier();
    tier.topicIds.learn(ordersId, "orders");
    const topicData = [{ topicId: ordersId, partitionData: [{ index: 0, records: batch(3, "gzip") }] }];
    await tier.ask(Produce, { version: 13, body: { acks: 1, topicData } });
    expect(
      await tier.value("pagoda_topic_batches_total", { topic: "orders", codec: "gzip", acks: "1" }),
    ).toBe(1);
  });

  it("an incremental fetch session omits partitions without news: what is left out counts nothing", async () => {
    const answers = [
      { sessionId: 7, responses: [] },
      { sessionId: 7, responses: [{ topic: "a", partitions: [{ records: batch(1) }] }] },
    ];
    const tier = new Tier({ broker: (request) => answerOf(request, Fetch, answers.pop() ?? {}) });
    await tier.ask(Fetch, { version: 12 });
    await tier.ask(Fetch, { version: 12 });
    expect(await tier.value("pagoda_topic_records_total", { topic: "a" })).toBe(1);
    expect(await tier.value("pagoda_fetch_responses_total", { result: "empty" })).toBe(1);
  });

  it("an API that nobody knows is `unknown`, whatever its number", async () => {
    const tier = new Tier({ broker: unknownAnswer });
    for (const apiKey of [4_000, 4_001, 31_999]) {
      await tier.service.call(unknownRequest(apiKey), Context.background());
    }
    const requests = (await tier.samples()).filter(({ name }) => name === "pagoda_requests_total");
    expect(requests).toMatchObject([{ value: 3, labels: { api: "unknown", api_version: "unknown" } }]);
    expect(await tier.value("pagoda_passthrough_frames_total", { reason: "unknown_api" })).toBe(3);
  });

  it("a version that nobody knows is no label either", async () => {
    const tier = new Tier({ broker: unknownAnswer });
    const frame = Buffer.from(requestOf(Heartbeat, { version: 0 }).toFrame());
    frame.writeInt16BE(1_234, 6);
    await tier.service.call(KafkaRequest.read(frame), Context.background());
    const labels = { api: "Heartbeat", api_version: "unknown" };
    expect(await tier.value("pagoda_requests_total", labels)).toBe(1);
    const passed = { api: "Heartbeat", reason: "unknown_version" };
    expect(await tier.value("pagoda_passthrough_frames_total", passed)).toBe(1);
  });

  it("a refusal of a layer counts as what the client is told, and went to no broker", async () => {
    const refusing = (): never => {
      throw new KafkaApiError("TOPIC_AUTHORIZATION_FAILED", "not for you");
    };
    const tier = new Tier({ layers: () => [() => ({ call: async () => refusing() })] });
    await expect(tier.ask(Heartbeat)).rejects.toThrow("not for you");
    expect(await tier.value("pagoda_responses_total", { classification: "failure" })).toBe(1);
    expect(await tier.value("pagoda_client_errors_total", { error: "TOPIC_AUTHORIZATION_FAILED" })).toBe(1);
    expect(await tier.value("pagoda_short_circuits_total", { layer: "built_in", api: "Heartbeat" })).toBe(1);
    expect(await tier.value("pagoda_upstream_duration_seconds_count")).toBe(0);
  });
});
