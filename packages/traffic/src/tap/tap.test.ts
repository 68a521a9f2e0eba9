import { CancelledError } from "@pagoda/core";
import { KafkaApiError, KafkaRequest, noResponse } from "@pagoda/kafka";
import { Fetch, FindCoordinator, Heartbeat, Metadata, OffsetCommit, Produce } from "@pagoda/kafka/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { answerEmpty, requestOf } from "../../../metrics/test/kafka-tier.ts";
import { produced, produceOf, records, tapped } from "../../test/tapped.ts";
import type { TapRequest } from "../view/tap-event.ts";
import { Tap } from "./tap.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  // 0 is the time of what has not happened.
  vi.advanceTimersByTime(1);
});
afterEach(() => {
  vi.useRealTimers();
});

describe("Tap", () => {
  it("shows a Produce with what was written where", async () => {
    const { ask, open, connection } = tapped({ now: () => 5_000 });
    const session = open();
    await ask(Produce, produceOf("orders", records(["a", "b", "c"], "gzip")), produced("orders"));
    expect(session.last()).toMatchObject({
      id: `${connection.id}:${session.last().correlationId}`,
      at: 5_000,
      listener: "main",
      connection: String(connection.id),
      client: "checkout",
      software: null,
      principal: null,
      broker: "2",
      tls: false,
      api: "Produce",
      apiVersion: 9,
      acks: -1,
      topics: [
        { topic: "orders", partitions: [{ partition: 3, records: 3, codec: "gzip", offset: 88_121 }] },
      ],
      latencyMs: expect.any(Number),
      brokerMs: expect.any(Number),
      sentAfterMs: expect.any(Number),
      throttleMs: 0,
      answeredBy: null,
      errors: [],
    });
    expect(session.last().requestBytes).toBeGreaterThan(50);
    expect(session.last()).not.toHaveProperty("noAnswer");
    expect(session.last()).not.toHaveProperty("records");
  });

  it("says where an error was, and what was refused", async () => {
    const { ask, open } = tapped();
    const session = open();
    await ask(Produce, produceOf("orders"), produced("orders", 6, -1n));
    const [topic] = session.last().topics ?? [];
    expect(topic?.partitions).toMatchObject([{ partition: 3, records: 2, codec: "none" }]);
    expect(topic?.partitions[0]).not.toHaveProperty("offset");
    expect(session.last()).toMatchObject({
      acks: -1,
      errors: [{ error: "NOT_LEADER_OR_FOLLOWER", where: "orders/3" }],
    });
  });

  it("shows that nobody answers acks=0, and why a call failed", async () => {
    const { ask, open, state } = tapped();
    const session = open();
    state.broker = () => noResponse;
    await ask(Produce, produceOf("orders", records(["a"]), 0));
    expect(session.last()).toMatchObject({ acks: 0, noAnswer: "none", latencyMs: null, errors: [] });
    expect(session.last().topics).toMatchObject([{ partitions: [{ partition: 3, records: 1 }] }]);
    state.broker = () => Promise.reject(new CancelledError());
    await ask(Metadata);
    expect(session.last()).toMatchObject({ noAnswer: "CANCELLED", latencyMs: null, answeredBy: null });
    state.broker = () => Promise.reject(new KafkaApiError("TOPIC_AUTHORIZATION_FAILED", "no"));
    await ask(Metadata, { body: { topics: [{ name: "orders" }] } });
    expect(session.last().errors[0]).toMatchObject({ error: "TOPIC_AUTHORIZATION_FAILED" });
  });

  it("shows a Fetch by topic names, also where it has ids", async () => {
    const { ask, open, topicIds } = tapped();
    const id = "EREREREREREREREREREREQ";
    topicIds.learn(id, "orders");
    const session = open({ topic: "ord*" });
    const partitions = [{ partitionIndex: 1, errorCode: 0, records: records(["a"]) }];
    await ask(Fetch, {}, { responses: [{ topicId: id, partitions }] });
    expect(session.last().topics).toMatchObject([
      { topic: "orders", partitions: [{ partition: 1, records: 1, offset: 0 }] },
    ]);
    await ask(Fetch, {}, { errorCode: 70 });
    expect(session.events()).toHaveLength(1);
  });

  it("finds topics and groups by what fields mean", async () => {
    const { ask, open } = tapped();
    const session = open({ group: "bill*" });
    await ask(OffsetCommit, {
      version: 9,
      body: { groupId: "billing", topics: [{ name: "orders", partitions: [{ partitionIndex: 4 }] }] },
    });
    expect(session.last()).toMatchObject({
      group: "billing",
      topics: [{ topic: "orders", partitions: [{ partition: 4 }] }],
    });
    await ask(FindCoordinator, { body: { keyType: 0, coordinatorKeys: ["billing"] } });
    expect(session.last()).toMatchObject({ api: "FindCoordinator", group: "billing" });
    await ask(FindCoordinator, { body: { keyType: 1, coordinatorKeys: ["billing"] } });
    await ask(Heartbeat, { body: { groupId: "search" } });
    await ask(Metadata, { body: { topics: [{ name: "orders" }] } });
    expect(session.events()).toHaveLength(2);
  });

  it("takes the topics of an answer where the request names none, at most 100", async () => {
    const { ask, open } = tapped();
    const session = open();
    const topics = Array.from({ length: 150 }, (_, n) => ({ name: `topic-${n}`, errorCode: 5 }));
    await ask(Metadata, { body: { topics: null } }, { topics });
    expect(session.last().topics).toHaveLength(100);
    expect(session.last().errors).toHaveLength(100);
    expect(session.last().errors[0]).toEqual({ error: "LEADER_NOT_AVAILABLE", where: "topic-0" });
  });

  it.each<[TapRequest, number]>([
    [{}, 4],
    [{ api: "Produce" }, 2],
    [{ api: "*t*a*" }, 2],
    [{ client: "check*" }, 3],
    [{ client: "other" }, 1],
    [{ connection: "0" }, 0],
    [{ topic: "orders" }, 2],
    [{ topic: "orders", api: "Metadata" }, 1],
    [{ topic: "pay*" }, 1],
    [{ error: "any" }, 2],
    [{ error: "NOT_LEADER_OR_FOLLOWER" }, 1],
    [{ error: "UNKNOWN_MEMBER_ID", group: "billing" }, 1],
    [{ error: "REQUEST_TIMED_OUT" }, 0],
    [{ group: "*" }, 1],
    [{ slowerThanMs: 50 }, 1],
  ])("keeps to %j: %i", async (filter, count) => {
    const { ask, open, state } = tapped();
    const session = open(filter);
    await ask(Produce, produceOf("orders"), produced("orders"));
    await ask(Produce, produceOf("payments"), produced("payments", 6));
    await ask(Heartbeat, { body: { groupId: "billing" } }, { errorCode: 25 });
    state.broker = (request) => {
      vi.advanceTimersByTime(100);
      return answerEmpty(request);
    };
    await ask(Metadata, { clientId: "other", body: { topics: [{ name: "orders" }] } });
    expect(session.events()).toHaveLength(count);
  });

  it("does not take a long poll for slow", async () => {
    const { ask, open, state } = tapped();
    const session = open({ slowerThanMs: 50 });
    state.broker = (request) => {
      vi.advanceTimersByTime(500);
      return answerEmpty(request);
    };
    await ask(Fetch);
    expect(session.events()).toEqual([]);
  });

  it("leaves out what is beyond the rate, and says so at most once a second", async () => {
    const counts = {
      sessions: vi.fn<() => void>(),
      sent: vi.fn<() => void>(),
      sampledOut: vi.fn<() => void>(),
    };
    const { ask, open } = tapped({ metrics: counts });
    const session = open({ maxPerSecond: 2, topic: "orders" });
    const produceTimes = async (times: number) => {
      for (let n = 0; n < times; n++) {
        await ask(Produce, produceOf("orders"), produced("orders"));
        await ask(Produce, produceOf("payments"), produced("payments"));
      }
    };
    await produceTimes(5);
    expect(session.messages.map(({ kind }) => kind)).toEqual(["event", "event"]);
    vi.advanceTimersByTime(1_000);
    expect(session.messages.at(-1)).toEqual({ kind: "missed", sampledOut: 3, dropped: 0 });
    await produceTimes(3);
    vi.advanceTimersByTime(1_000);
    expect(session.events()).toHaveLength(4);
    expect(session.messages.at(-1)).toEqual({ kind: "missed", sampledOut: 1, dropped: 0 });
    vi.advanceTimersByTime(5_000);
    expect(session.messages).toHaveLength(6);
    expect([counts.sent, counts.sampledOut].map((one) => one.mock.calls.length)).toEqual([4, 4]);
    session.close();
    expect(counts.sessions.mock.calls).toEqual([[1], [-1]]);
  });

  it("leaves no timer and no session behind", async () => {
    const { tap, ask, open } = tapped({ maxSessions: 2 });
    const session = open({ maxPerSecond: 1 });
    const another = open();
    expect(() => tap.open({})).toThrow(expect.objectContaining({ code: "TAP_SESSIONS" }));
    await ask(Metadata);
    await ask(Metadata);
    expect(vi.getTimerCount()).toBe(1);
    session.close();
    expect([vi.getTimerCount(), tap.sessions]).toEqual([0, 1]);
    another.close();
    await ask(Metadata);
    expect([session.events().length, another.events().length]).toEqual([1, 2]);
  });

  it("names the option that makes no sense", () => {
    const { tap } = tapped();
    for (const request of [
      { topic: "" },
      { slowerThanMs: -1 },
      { maxPerSecond: 0 },
      { maxPerSecond: 1e6 },
      { records: 101 },
      { records: 0.5 },
      { error: "" },
    ]) {
      expect(() => tap.open(request)).toThrow(RangeError);
      expect(() => tap.open(request)).toThrow(Object.keys(request)[0]);
    }
  });

  it("shows what it can of what cannot be read", async () => {
    const { send, open } = tapped();
    const session = open();
    const whole = requestOf(OffsetCommit, { body: { groupId: "billing" } });
    await send(KafkaRequest.read(whole.toFrame().subarray(0, -1)));
    expect(session.last()).toMatchObject({ api: "OffsetCommit", client: "checkout", errors: [] });
    expect(session.last()).not.toHaveProperty("group");
  });

  it("shortens names that hostile clients give", async () => {
    const { ask, open } = tapped();
    const session = open();
    await ask(Metadata, { clientId: "x".repeat(30_000), body: { topics: [{ name: "y".repeat(30_000) }] } });
    expect(JSON.stringify(session.last()).length).toBeLessThan(2_000);
  });

  it("asks nothing of an exchange while nobody taps", () => {
    const tap = new Tap({ allowValues: false });
    const never = new Proxy({}, { get: () => expect.unreachable("it was looked at") }) as never;
    const watcher = tap.watch(never);
    watcher.produced?.(never, never, 1);
    watcher.acknowledged?.(never, never);
    watcher.fetched?.(never, never);
    watcher.error?.(never, 1);
    watcher.ended?.(never, never);
    expect(tap.sessions).toBe(0);
  });
});
