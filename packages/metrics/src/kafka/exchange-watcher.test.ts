// oxlint-disable no-await-in-loop -- a client asks one thing after the other
import { Scope } from "@pagoda/core";
import { kafkaClient, noResponse } from "@pagoda/kafka";
import type { KafkaAnswer } from "@pagoda/kafka";
import { Fetch, Heartbeat, Metadata, MalformedMessageError, Produce } from "@pagoda/kafka/protocol";
import type { Partially, ProduceRequest } from "@pagoda/kafka/protocol";
import { memoryConnections } from "@pagoda/tcp/testing";
import { describe, expect, it, vi } from "vitest";

import { answerEmpty, answerOf, batch, requestOf, Tier } from "../../test/kafka-tier.ts";
import type { ExchangeWatcher, Outcome, WatchedExchange } from "./exchange-watcher.ts";
import { joinWatchers } from "./join-watchers.ts";

const unreadable = { path: "", offset: 0, reason: "cut off" };

type Told = readonly [hook: string, what: unknown];

/** Writes down what it is told. */
class Notes implements Required<ExchangeWatcher> {
  readonly told: Told[] = [];
  outcome: Outcome | undefined;

  began({ request }: WatchedExchange): void {
    this.told.push(["began", request.apiKey]);
  }
  produced(_: WatchedExchange, partition: object, acks: number): void {
    this.told.push(["produced", { ...partition, acks }]);
  }
  acknowledged(_: WatchedExchange, partition: object): void {
    this.told.push(["acknowledged", { ...partition }]);
  }
  fetched(_: WatchedExchange, partition: object): void {
    this.told.push(["fetched", { ...partition }]);
  }
  error(_: WatchedExchange, code: number): void {
    this.told.push(["error", code]);
  }
  ended({ sentMs }: WatchedExchange, outcome: Outcome): void {
    this.outcome = outcome;
    this.told.push(["ended", { classification: outcome.classification, sent: sentMs > 0 }]);
  }
  closed(): void {
    this.told.push(["closed", undefined]);
  }
}

function produceOf(acks: number, ...partitions: readonly number[]): Partially<ProduceRequest> {
  const partitionData = partitions.map((index) => ({ index, records: batch(3) }));
  return { acks, topicData: [{ name: "orders", partitionData }] };
}

describe("a watcher of exchanges", () => {
  it("is told of a Produce what was written, where, and what was refused", async () => {
    const watcher = new Notes();
    const partitionResponses = [
      { index: 0, baseOffset: 40n },
      { index: 1, errorCode: 6, baseOffset: -1n },
    ];
    const tier = new Tier({
      watcher,
      broker: (request) =>
        answerOf(request, Produce, {
          throttleTimeMs: 20,
          responses: [{ name: "orders", partitionResponses }],
        }),
    });
    await tier.ask(Produce, { version: 12, body: produceOf(-1, 0, 1) });
    const topic = { topic: "orders" };
    expect(watcher.told).toMatchObject([
      ["began", 0],
      ["acknowledged", { ...topic, partition: 0, baseOffset: 40, errorCode: 0 }],
      ["acknowledged", { ...topic, partition: 1, baseOffset: -1, errorCode: 6 }],
      ["error", 6],
      ["produced", { ...topic, partition: 0, records: 3, acks: -1, maxTimestamp: 1_000 }],
      ["ended", { classification: "retriable", sent: true }],
    ]);
    expect(watcher.outcome).toMatchObject({ waited: false, throttleMs: 20, failure: undefined });
  });

  it("is told of records that ask for no answer", async () => {
    const watcher = new Notes();
    const tier = new Tier({ watcher });
    await tier.ask(Produce, { version: 12, body: produceOf(0, 4) });
    expect(watcher.told).toMatchObject([
      ["began", 0],
      ["produced", { partition: 4, records: 3, acks: 0 }],
      ["ended", { classification: "none" }],
    ]);
    expect(watcher.outcome?.answer).toBe(noResponse);
  });

  it("is told of each partition of a Fetch, of what is empty too", async () => {
    const watcher = new Notes();
    const partitions = [
      { partitionIndex: 0, highWatermark: 9n, records: batch(2) },
      { partitionIndex: 1, highWatermark: 7n, records: Buffer.alloc(0) },
    ];
    const answers = [{}, { responses: [{ topic: "orders", partitions }] }];
    const tier = new Tier({ watcher, broker: (request) => answerOf(request, Fetch, answers.pop() ?? {}) });
    await tier.ask(Fetch, { version: 12 });
    expect(watcher.told).toMatchObject([
      ["began", 1],
      ["fetched", { topic: "orders", partition: 0, highWatermark: 9, records: 2, baseTimestamp: 1_000 }],
      ["fetched", { topic: "orders", partition: 1, highWatermark: 7, records: 0, baseOffset: -1 }],
      ["ended", { classification: "success" }],
    ]);
    expect(watcher.outcome?.waited).toBe(false);
    await tier.ask(Fetch, { version: 12 });
    expect(watcher.outcome?.waited).toBe(true);
  });

  it("is told the same of an answer that a layer made", async () => {
    const watcher = new Notes();
    const produced = { responses: [{ name: "a", partitionResponses: [{ index: 2, baseOffset: 5n }] }] };
    const partitions = [{ partitionIndex: 3, highWatermark: 11n, records: batch(4) }];
    const fetched = { responses: [{ topic: "a", partitions }] };
    const tier = new Tier({
      watcher,
      layers: () => [
        () => ({
          call: (request) =>
            Promise.resolve<KafkaAnswer>(
              request.is(Produce)
                ? request.respond(Produce.response.of(produced))
                : request.respond(Fetch.response.of(fetched)),
            ),
        }),
      ],
    });
    await tier.ask(Produce, { version: 9, body: { acks: 1 } });
    await tier.ask(Fetch, { version: 12 });
    expect(watcher.told.filter(([hook]) => hook === "acknowledged" || hook === "fetched")).toMatchObject([
      ["acknowledged", { topic: "a", partition: 2, baseOffset: 5 }],
      ["fetched", { partition: 3, highWatermark: 11, baseOffset: 0, records: 4, maxTimestamp: 1_000 }],
    ]);
  });

  it("is told how calls failed: as what the client is answered, or as nothing", async () => {
    const watcher = new Notes();
    const tier = new Tier({ watcher, broker: () => Promise.reject(new Error("gone")) });
    await expect(tier.ask(Heartbeat)).rejects.toThrow("gone");
    expect(watcher.outcome?.failure).toMatchObject({ message: "gone" });
    expect(watcher.told.at(-1)?.[0]).toBe("ended");
    await tier.close();
    expect(watcher.told.at(-1)?.[0]).toBe("closed");
  });

  it("is told the end of an answer that it could not have read", async () => {
    const watcher = new Notes();
    const tier = new Tier({
      watcher,
      broker: (request) =>
        Object.defineProperty(answerOf(request, Heartbeat, {}), "body", {
          get: () => {
            throw new MalformedMessageError("HeartbeatResponse", 4, unreadable);
          },
        }),
    });
    await tier.ask(Heartbeat);
    expect(watcher.told.map(([hook]) => hook)).toEqual(["began", "ended"]);
  });
});

/** A tier before a broker whose answers come in pieces. */
function streaming(watcher: ExchangeWatcher) {
  const [near, broker] = memoryConnections();
  const scope = new Scope();
  const client = kafkaClient(() => Promise.resolve(near), scope, { cutThroughBytes: 100 });
  const tier = new Tier({ watcher, broker: client });
  return { tier, broker };
}

const fetchRequest = requestOf(Fetch, { version: 12 });
const partitions = [
  { partitionIndex: 0, highWatermark: 9n, records: batch(20) },
  { partitionIndex: 1, errorCode: 6, highWatermark: 8n },
  { partitionIndex: 2, highWatermark: 7n, records: Buffer.concat([batch(2), batch(1)]) },
];

describe("a watcher of an answer in pieces", () => {
  async function begun(watcher: Notes) {
    const { tier, broker } = streaming(watcher);
    const asked = tier.ask(Fetch, { version: 12 });
    const sent = await new Promise<Buffer>((resolve) => broker.stream.once("data", resolve));
    const frame = Buffer.from(
      fetchRequest
        .respond(Fetch.response.of({ responses: [{ topic: "orders", partitions }], throttleTimeMs: 5 }))
        .toFrame(sent.readInt32BE(8)),
    );
    broker.stream.write(frame.subarray(0, 150));
    const answer = await asked;
    if (answer === noResponse || answer.stream === undefined) throw new Error("not in pieces");
    return { tier, broker, frame, stream: answer.stream };
  }

  it("is told of partitions when they have passed, and then of the end", async () => {
    const watcher = new Notes();
    const { broker, frame, stream } = await begun(watcher);
    expect(watcher.told).toEqual([["began", 1]]);
    broker.stream.write(frame.subarray(150));
    let left = frame.length - 150;
    while (left > 0) left -= (await stream.read())?.length ?? left;
    expect(watcher.told.slice(1)).toMatchObject([
      ["fetched", { topic: "orders", partition: 0, highWatermark: 9, records: 20, batches: 1, codec: 0 }],
      ["fetched", { partition: 1, errorCode: 6, highWatermark: 8, records: 0, baseOffset: -1 }],
      ["fetched", { partition: 2, records: 3, batches: 2, baseOffset: 0, maxTimestamp: 1_000 }],
      ["error", 6],
      ["ended", { classification: "retriable", sent: true }],
    ]);
    expect(watcher.outcome).toMatchObject({ throttleMs: 5, waited: false });
  });

  it("is told that one broke off when the connection is gone", async () => {
    const watcher = new Notes();
    const { tier } = await begun(watcher);
    await tier.close();
    expect(watcher.told.slice(1)).toMatchObject([
      ["ended", { classification: "aborted" }],
      ["closed", undefined],
    ]);
  });
});

describe("watchers that fail", () => {
  it("are left out with a warning, and the others go on", async () => {
    const began = vi.fn<() => void>(() => {
      throw new TypeError("a defect");
    });
    const closed = vi.fn<() => void>();
    const notes = new Notes();
    const tier = new Tier({ watcher: joinWatchers({ began, closed }, notes), broker: answerEmpty });
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    for (let n = 0; n < 2; n++) await tier.ask(Metadata);
    expect(await warned).toMatchObject({ code: "PAGODA_WATCHER" });
    expect(began).toHaveBeenCalledOnce();
    await tier.close();
    expect(closed).toHaveBeenCalledOnce();
    expect(notes.told.map(([hook]) => hook)).toEqual(["began", "ended", "began", "ended", "closed"]);
  });

  it("stay when what they read cannot be read", async () => {
    const began = vi.fn<() => void>(() => {
      throw new MalformedMessageError("MetadataRequest", 4, unreadable);
    });
    const tier = new Tier({ watcher: { began } });
    for (let n = 0; n < 2; n++) await tier.ask(Metadata);
    expect(began).toHaveBeenCalledTimes(2);
  });
});
