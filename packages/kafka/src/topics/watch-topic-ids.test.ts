import { Context } from "@pagoda/core";
import { mockService } from "@pagoda/core/testing";
import { describe, expect, it, vi } from "vitest";

import type { ApiDefinition } from "../protocol/api.ts";
import {
  CreateTopics,
  DeleteTopics,
  DescribeTopicPartitions,
  Fetch,
  Metadata,
  Produce,
} from "../protocol/generated/index.ts";
import type { Partially } from "../protocol/schema/defaults.ts";
import { FrameStream } from "../frame/frame-stream.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import { KafkaResponse, noResponse } from "../response.ts";
import { TopicIds } from "./topic-ids.ts";
import { watchTopicIds } from "./watch-topic-ids.ts";
import type { WatchTopicIdsOptions } from "./watch-topic-ids.ts";

const cx = Context.background();
const orders = "oooooooooooooooooooooA";
const payments = "pppppppppppppppppppppA";
const unknownTopicId = 100;
const inconsistentTopicId = 103;

function build(options?: WatchTopicIdsOptions) {
  const ids = new TopicIds();
  const inner = mockService<KafkaRequest, KafkaAnswer>();
  const outer = watchTopicIds(ids, options)(inner.service);
  const see = async <Req, Res>(
    api: ApiDefinition<Req, Res>,
    body: Partially<Res>,
    { version = api.versions.max, request }: { version?: number; request?: Partially<Req> } = {},
  ): Promise<KafkaResponse> => {
    const asked = KafkaRequest.of(api, { version, body: api.request.of(request) });
    const answer = outer.call(asked, cx);
    const frame = KafkaResponse.of(asked, api.response.of(body)).toFrame(0);
    const response = KafkaResponse.read(frame, asked);
    (await inner.call(inner.calls.length - 1)).respond(response);
    expect(await answer).toBe(response);
    expect(response.untouched).toBe(true);
    return response;
  };
  return { ids, inner, outer, see };
}

describe("watchTopicIds learns from", () => {
  it("Metadata, from the version on that has ids, also without a leader", async () => {
    const { ids, see } = build();
    await see(Metadata, { topics: [{ name: "orders" }] }, { version: 9 });
    expect(ids.size).toBe(0);
    await see(Metadata, { topics: [{ name: "orders", topicId: orders, errorCode: 5 }] }, { version: 10 });
    expect(ids.nameOf(orders)).toBe("orders");
  });

  it("Metadata of every version, how many partitions topics have", async () => {
    const { ids, see } = build();
    const partitions = [{ partitionIndex: 0 }, { partitionIndex: 1 }];
    const topics = [
      { name: "orders", partitions },
      { name: "payments", errorCode: 3 },
    ];
    await see(Metadata, { topics }, { version: 1 });
    expect(ids.partitionsOf("orders")).toBe(2);
    expect(ids.partitionsOf("payments")).toBeUndefined();
  });

  it("DescribeTopicPartitions", async () => {
    const { ids, see } = build();
    await see(DescribeTopicPartitions, { topics: [{ name: "orders", topicId: orders }] });
    expect(ids.idOf("orders")).toBe(orders);
  });

  it("no CreateTopics that only validates: the ids in its answer are nobody's", async () => {
    const { ids, see } = build();
    const topics = [{ name: "orders", topicId: orders }];
    await see(CreateTopics, { topics }, { request: { validateOnly: true } });
    expect(ids.size).toBe(0);
  });

  it("CreateTopics, of those that were created", async () => {
    const { ids, see } = build();
    await see(CreateTopics, {
      topics: [
        { name: "orders", topicId: orders },
        { name: "payments", topicId: payments, errorCode: 36 },
      ],
    });
    expect(ids.size).toBe(1);
    expect(ids.idOf("orders")).toBe(orders);
  });

  it("DeleteTopics, by name and by id", async () => {
    const { ids, see } = build();
    ids.learn(orders, "orders");
    ids.learn(payments, "payments");
    await see(DeleteTopics, { responses: [{ name: "orders", errorCode: 29 }] });
    expect(ids.size).toBe(2);
    await see(DeleteTopics, { responses: [{ name: "orders" }] }, { version: 4 });
    await see(DeleteTopics, { responses: [{ name: "payments", topicId: payments }] });
    expect(ids.size).toBe(0);
  });
});

describe("watchTopicIds drops what is disproved by", () => {
  it("Metadata: a name or an id that is not there, and a new id", async () => {
    const { ids, see } = build();
    ids.learn(orders, "orders");
    await see(Metadata, { topics: [{ name: "orders", errorCode: 3 }] });
    expect(ids.size).toBe(0);
    ids.learn(orders, "orders");
    await see(Metadata, { topics: [{ name: null, topicId: orders, errorCode: unknownTopicId }] });
    expect(ids.size).toBe(0);
    ids.learn(orders, "orders");
    await see(Metadata, { topics: [{ name: "orders", topicId: payments }] });
    expect([ids.nameOf(orders), ids.nameOf(payments)]).toEqual([undefined, "orders"]);
  });

  it("Produce and Fetch: the ids with an error, and no others", async () => {
    const { ids, see } = build();
    ids.learn(orders, "orders");
    ids.learn(payments, "payments");
    await see(Produce, {
      responses: [
        { topicId: orders, partitionResponses: [{ index: 0, errorCode: unknownTopicId }] },
        { topicId: payments, partitionResponses: [{ index: 0, errorCode: 6 }] },
      ],
    });
    expect([ids.nameOf(orders), ids.nameOf(payments)]).toEqual([undefined, "payments"]);
    const partitions = [{ partitionIndex: 0, errorCode: inconsistentTopicId }];
    await see(Fetch, { responses: [{ topicId: payments, partitions }] });
    expect(ids.size).toBe(0);
  });

  it("Fetch as a whole: the ids that were asked for", async () => {
    const { ids, see } = build();
    ids.learn(orders, "orders");
    ids.learn(payments, "payments");
    const request = { topics: [{ topicId: orders }] };
    await see(Fetch, { errorCode: inconsistentTopicId }, { request });
    expect([ids.nameOf(orders), ids.nameOf(payments)]).toEqual([undefined, "payments"]);
  });
});

describe("watchTopicIds does not read", () => {
  it("what a Fetch asked for that was handed on as it came", async () => {
    const { ids, inner, outer } = build();
    ids.learn(orders, "orders");
    const version = Fetch.versions.max;
    const frame = KafkaRequest.of(Fetch, { version, body: Fetch.request.of() }).toFrame(1);
    const request = KafkaRequest.cut(new FrameStream(frame, 100_000, Infinity));
    const failed = Fetch.response.of({ errorCode: inconsistentTopicId });
    const reading = vi.spyOn(KafkaRequest.prototype, "body", "get");
    const answer = outer.call(request, cx);
    (await inner.call(0)).respond(KafkaResponse.read(KafkaResponse.of(request, failed).toFrame(1), request));
    await answer;
    expect(reading).not.toHaveBeenCalled();
    reading.mockRestore();
    expect(ids.size).toBe(1);
  });

  it("large responses for errors, nor those that name topics", async () => {
    const { see } = build({ maxErrorBytes: 60 });
    const partitions = [{ partitionIndex: 0, records: new Uint8Array(100) }];
    const decoding = vi.spyOn(KafkaResponse.prototype, "body", "get");
    await see(Fetch, { responses: [{ topicId: orders, partitions }] });
    await see(Fetch, { responses: [] }, { version: 12 });
    expect(decoding).not.toHaveBeenCalled();
    await see(Fetch, { responses: [] });
    expect(decoding).toHaveBeenCalled();
    decoding.mockRestore();
  });

  it("what is on its way still, or no response", async () => {
    const { inner, outer, ids } = build();
    const request = KafkaRequest.of(Metadata, { version: 12, body: Metadata.request.of() });
    const whole = KafkaResponse.of(request, Metadata.response.of());
    const partial = Object.defineProperty(whole, "whole", { value: false });
    const reading = vi.spyOn(partial, "body", "get");
    void outer.call(request, cx);
    (await inner.call(0)).respond(partial);
    const silent = KafkaRequest.of(Produce, { version: 13, body: Produce.request.of({ acks: 0 }) });
    const answer = outer.call(silent, cx);
    (await inner.call(1)).respond(noResponse);
    expect(await answer).toBe(noResponse);
    expect(reading).not.toHaveBeenCalled();
    expect(ids.size).toBe(0);
  });
});
