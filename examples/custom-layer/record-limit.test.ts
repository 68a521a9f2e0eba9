import { Context, mapRequest, mapResponse, stack } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import { layerContract, mockService } from "@pagoda/core/testing";
import { KafkaRequest, noResponse } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaResponse } from "@pagoda/kafka";
import { ApiVersions, encodeBatch, Produce } from "@pagoda/kafka/protocol";
import type {
  ApiVersionsResponse,
  CompressionName,
  ProduceRequest,
  ProduceResponse,
} from "@pagoda/kafka/protocol";
import { describe, expect, it } from "vitest";

import { recordLimit } from "./record-limit.ts";

const cx = Context.background();
const limits = { maxRecordBytes: { orders: 10 } };

layerContract("recordLimit", () => overStrings(recordLimit(limits)));

describe("recordLimit", () => {
  it("lets records up to the limit pass, as the bytes that came", async () => {
    const { sent, untouched } = await produce({ orders: [["0123456789"], ["short"]] });
    expect(sent).toEqual({ orders: [0, 1] });
    expect(untouched).toBe(true);
  });

  it("refuses a request of nothing but records above it, without asking the broker", async () => {
    const { sent, told } = await produce({ orders: [["ok", "0123456789+"]] });
    expect(sent).toBeUndefined();
    expect(told).toEqual(["orders-0 MESSAGE_TOO_LARGE"]);
  });

  it("keeps back no more than the partitions that have one", async () => {
    const { sent, told } = await produce({ orders: [["0123456789+"], ["ok"]], logs: [["0123456789+"]] });
    expect(sent).toEqual({ orders: [1], logs: [0] });
    expect(told).toEqual(["orders-1 ok", "logs-0 ok", "orders-0 MESSAGE_TOO_LARGE"]);
  });

  it.each(["gzip", "snappy", "lz4", "zstd"] as const)(
    "looks into batches compressed with %s",
    async (compression) => {
      const { told } = await produce({ orders: [["x".repeat(1_000)], ["ok"]] }, { compression });
      expect(told).toEqual(["orders-1 ok", "orders-0 MESSAGE_TOO_LARGE"]);
    },
  );

  it("counts keys and headers", async () => {
    const key = Buffer.from("12345");
    const headers = [{ key: "123", value: Buffer.from("456") }];
    const records = encodeBatch({ records: [{ key, headers }] });
    const { told } = await send(request([{ name: "orders", partitionData: [{ index: 0, records }] }]));
    expect(told).toEqual(["orders-0 MESSAGE_TOO_LARGE"]);
  });

  it("lets acks=0 pass, and breaks the connection where a record is too large", async () => {
    const fine = await produce({ orders: [["ok"]] }, { acks: 0 });
    expect(fine.answer).toBe(noResponse);
    await expect(produce({ orders: [["0123456789+"]] }, { acks: 0 })).rejects.toMatchObject({
      error: "MESSAGE_TOO_LARGE",
    });
  });

  it("has clients name their topics", async () => {
    const inner = mockService<KafkaRequest, KafkaAnswer>();
    const asked = KafkaRequest.of(ApiVersions, { version: 3, body: ApiVersions.request.of() });
    const answer = recordLimit(limits)(inner.service).call(asked, cx);
    const apiKeys = [
      { apiKey: 0, minVersion: 3, maxVersion: 13 },
      { apiKey: 1, minVersion: 4, maxVersion: 17 },
    ];
    (await inner.call(0)).respond(asked.respond(ApiVersions.response.of({ apiKeys })));
    const { body } = (await answer) as KafkaResponse<ApiVersionsResponse>;
    expect(body.apiKeys.map(({ maxVersion }) => maxVersion)).toEqual([12, 17]);
  });

  it("refuses one that does not", async () => {
    const asked = KafkaRequest.of(Produce, { version: 13, body: Produce.request.of({ acks: 1 }) });
    await expect(send(asked)).rejects.toMatchObject({ error: "UNSUPPORTED_VERSION" });
  });

  it("refuses a limit that is none", () => {
    expect(() => recordLimit({ maxRecordBytes: { orders: -1 } })).toThrow(
      "maxRecordBytes of orders must be a whole number >= 0, got -1",
    );
  });
});

interface ProduceOptions {
  readonly compression?: Exclude<CompressionName, "unknown">;
  readonly acks?: number;
}

/** Produces records (their values, by topic and partition); the mock answers that all went well. */
function produce(
  values: Readonly<Record<string, readonly (readonly string[])[]>>,
  { compression = "none", acks = -1 }: ProduceOptions = {},
) {
  const topics = Object.entries(values).map(([name, partitions]) => {
    const partitionData = partitions.map((texts, index) => ({
      index,
      records: encodeBatch({ records: texts.map((text) => ({ value: Buffer.from(text) })) }, { compression }),
    }));
    return { name, partitionData };
  });
  return send(request(topics, acks));
}

function request(topicData: readonly object[], acks = -1): KafkaRequest<ProduceRequest, ProduceResponse> {
  return KafkaRequest.of(Produce, { version: 9, body: Produce.request.of({ acks, topicData }) });
}

async function send(asked: KafkaRequest<ProduceRequest, ProduceResponse>) {
  const inner = mockService<KafkaRequest, KafkaAnswer>();
  const answering = recordLimit(limits)(inner.service).call(asked, cx);
  // Now or never: the layer waits for nothing.
  const [call] = inner.calls;
  call?.respond(asked.expectsResponse ? allWell(call.request) : noResponse);
  const answer = await answering;
  return {
    answer,
    sent: call && partitionsOf(call.request),
    untouched: call?.request === asked,
    told: answer === noResponse ? [] : toldBy(answer),
  };
}

function allWell(sent: KafkaRequest): KafkaResponse {
  const { topicData } = (sent as KafkaRequest<ProduceRequest>).body;
  const responses = topicData.map(({ name, partitionData }) => ({
    name,
    partitionResponses: partitionData.map(({ index }) => ({ index, baseOffset: 7n })),
  }));
  return sent.respond(Produce.response.of({ responses }));
}

function partitionsOf(sent: KafkaRequest): Record<string, number[]> {
  const { topicData } = (sent as KafkaRequest<ProduceRequest>).body;
  return Object.fromEntries(
    topicData.map(({ name, partitionData }) => [name, partitionData.map(({ index }) => index)]),
  );
}

function toldBy(answer: KafkaResponse): string[] {
  return (answer as KafkaResponse<ProduceResponse>).body.responses.flatMap(({ name, partitionResponses }) =>
    partitionResponses.map(
      ({ index, errorCode }) => `${name}-${index} ${errorCode === 0 ? "ok" : "MESSAGE_TOO_LARGE"}`,
    ),
  );
}

/** The layer among strings, as the contract has them: they travel as client ids and topic names. */
function overStrings(layer: SameLayer<KafkaRequest, KafkaAnswer>): SameLayer<string, string> {
  const body = Produce.request.of({ acks: -1 });
  return (inner) =>
    stack<string, string>()
      .push(
        mapRequest(
          (clientId: string) => KafkaRequest.of(Produce, { version: 9, body, clientId }) as KafkaRequest,
        ),
      )
      .push(
        mapResponse(
          (answer: KafkaAnswer) => (answer as KafkaResponse<ProduceResponse>).body.responses[0]?.name ?? "",
        ),
      )
      .push(layer)
      .push(mapRequest(({ clientId }: KafkaRequest) => clientId ?? ""))
      .push(
        mapResponse((name: string): KafkaAnswer =>
          request([]).respond(Produce.response.of({ responses: [{ name }] })),
        ),
      )
      .service(inner);
}
