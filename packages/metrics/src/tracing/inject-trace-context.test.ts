import { Context, stack } from "@pagoda/core";
import { KafkaRequest, noResponse, serveKafka, TopicIds } from "@pagoda/kafka";
import type { KafkaAnswer } from "@pagoda/kafka";
import { decodeBatches, encodeBatch, encodeRequestFrame, Heartbeat, Produce } from "@pagoda/kafka/protocol";
import type { ApiDefinition, RecordBatch } from "@pagoda/kafka/protocol";
import { memoryConnections } from "@pagoda/tcp/testing";
import { describe, expect, it } from "vitest";

import { injectTraceContext } from "./inject-trace-context.ts";
import type { InjectTraceContextOptions, TransformedRecords } from "./inject-trace-context.ts";

const cx = Context.background();
const topicId = "AAAAAAAAAAAAAAAAAAAAAQ";
const records = encodeBatch({ producerId: 7n, producerEpoch: 1, baseSequence: 3, records: [{}, {}] });

function sent<Req, Res>(api: ApiDefinition<Req, Res>, version: number, body: Req): Uint8Array {
  return encodeRequestFrame(api, version, { correlationId: 5, clientId: "c" }, body);
}

function build(options: InjectTraceContextOptions = {}) {
  const seen: KafkaRequest[] = [];
  const transformed: TransformedRecords[] = [];
  const service = stack<KafkaRequest, KafkaAnswer>()
    .push(injectTraceContext({ onTransformed: (each) => transformed.push(each), ...options }))
    .service((request) => {
      seen.push(request);
      return Promise.resolve(noResponse);
    });
  return { seen, service, transformed };
}

function produce(topicData: Parameters<typeof Produce.request.of>[0] & object, version = 9): KafkaRequest {
  return KafkaRequest.read(sent(Produce, version, Produce.request.of({ acks: 0, ...topicData })));
}

const outcome = (topic: string | undefined, what: TransformedRecords["outcome"], count: number) => ({
  layer: "trace-inject",
  topic,
  outcome: what,
  records: count,
});

describe("injectTraceContext", () => {
  it("changes the records that want it, and nothing beside them", async () => {
    const { seen, service, transformed } = build();
    const request = produce({
      transactionalId: "t",
      timeoutMs: 9,
      topicData: [
        { name: "orders", partitionData: [{ index: 4, records }] },
        { name: "__consumer_offsets", partitionData: [{ index: 0, records }] },
        { name: "nothing", partitionData: [{ index: 0, records: null }] },
      ],
    });
    await service.call(request, cx);
    const [changed] = seen;
    const got = KafkaRequest.read(changed?.toFrame() ?? new Uint8Array(0));
    if (!got.is(Produce) || !request.is(Produce)) throw new Error("no Produce");
    expect(got).toMatchObject({ correlationId: 5, clientId: "c", apiVersion: 9, expectsResponse: false });
    const batches = [...decodeBatches(got.body.topicData[0]?.partitionData[0]?.records ?? new Uint8Array(0))];
    expect(batches).toMatchObject([
      { producerId: 7n, producerEpoch: 1, baseSequence: 3, lastOffsetDelta: 1 },
    ]);
    const values = (batches[0] as RecordBatch).records.map(({ headers }) =>
      Buffer.from(headers[0]?.value ?? []).toString(),
    );
    for (const value of values) expect(value).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/);
    expect(new Set(values).size).toBe(2);
    const without = (body: typeof got.body) => ({ ...body, topicData: body.topicData.slice(1) });
    expect(without(got.body)).toEqual(without(request.body));
    expect(transformed).toEqual([outcome("orders", "ok", 2), outcome("__consumer_offsets", "skipped", 2)]);
  });

  it("sends requests with nothing to do on as the very bytes that came", async () => {
    const { seen, service, transformed } = build();
    const traced = encodeBatch({ records: [{ headers: [{ key: "TRACEPARENT", value: null }] }] });
    const requests = [
      produce({ topicData: [{ name: "orders", partitionData: [{ index: 0, records: traced }] }] }),
      KafkaRequest.read(sent(Heartbeat, 4, Heartbeat.request.of())),
      KafkaRequest.read(Buffer.concat([sent(Produce, 9, Produce.request.of()).subarray(0, -1)])),
    ];
    for (const request of requests) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await service.call(request, cx);
    }
    expect(seen).toEqual(requests);
    expect(seen.every(({ untouched }) => untouched)).toBe(true);
    expect(transformed).toEqual([outcome("orders", "skipped", 1)]);
  });

  it("knows topics by id, and leaves alone those that nobody has named", async () => {
    const topicIds = new TopicIds();
    topicIds.learn(topicId, "orders");
    const { service, transformed } = build({ topicIds });
    for (const id of [topicId, "AAAAAAAAAAAAAAAAAAAAAg"]) {
      const topicData = [{ topicId: id, partitionData: [{ index: 0, records }] }];
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await service.call(produce({ topicData }, 13), cx);
    }
    expect(transformed).toEqual([outcome("orders", "ok", 2), outcome(undefined, "skipped", 2)]);
  });

  it("sends a batch on that it cannot read, and does the others", async () => {
    const broken = Buffer.from(records);
    broken.writeUInt32BE(1, 17);
    const { seen, service, transformed } = build();
    const partitionData = [broken, records].map((each, index) => ({ index, records: each }));
    await service.call(produce({ topicData: [{ name: "orders", partitionData }] }), cx);
    const [request] = seen;
    if (request?.is(Produce) !== true) throw new Error("no Produce");
    const [first, second] = request.body.topicData[0]?.partitionData ?? [];
    expect(Buffer.from(first?.records ?? []).equals(broken)).toBe(true);
    expect(Buffer.from(second?.records ?? []).equals(records)).toBe(false);
    expect(transformed).toEqual([outcome("orders", "ok", 2), outcome("orders", "failed", 2)]);
  });

  it.each([
    ["gathers a request that is cut through", {}, {}, true, outcome("orders", "ok", 1)],
    ["not above its own bound", { maxGatheredBytes: 199_999 }, {}, false, outcome(undefined, "skipped", 1)],
    ["nor above the server's", {}, { maxGatheredBytes: 199_999 }, false, outcome(undefined, "skipped", 1)],
  ])("%s", async (_, options, serving, whole, expected) => {
    const { seen, service, transformed } = build(options);
    const big = encodeBatch({ records: [{ value: Buffer.alloc(200_000) }] });
    const frame = produce({
      topicData: [{ name: "orders", partitionData: [{ index: 0, records: big }] }],
    }).toFrame();
    const [client, server] = memoryConnections();
    const done = serveKafka(() => service, { cutThroughBytes: 1_000, ...serving }).call(server, cx.fork());
    client.stream.write(frame.subarray(0, 150_000));
    if (!whole) await expect.poll(() => seen.length).toBe(1);
    client.stream.end(frame.subarray(150_000));
    await done;
    expect(seen.map((request) => request.whole)).toEqual([whole]);
    expect(transformed).toEqual([expected]);
  });

  it("sends nothing of a request that is given up while it waits", async () => {
    const { seen, service } = build();
    const stream = { gather: Promise.withResolvers<KafkaRequest>() };
    const request = produce({ topicData: [] });
    const cut = Object.create(request, {
      whole: { value: false },
      byteLength: { value: 1 },
      is: { value: () => true },
      gather: { value: () => stream.gather.promise },
    }) as KafkaRequest;
    const given = cx.fork();
    const answer = service.call(cut, given);
    given.cancel();
    await expect(answer).rejects.toMatchObject({ code: "CANCELLED" });
    stream.gather.resolve(request);
    await service.call(request, cx);
    expect(seen).toEqual([request]);
  });

  it.each([{ maxBatchBytes: 0 }, { maxDecompressedBytes: -1 }, { maxGatheredBytes: 0.5 }])(
    "refuses %o",
    (options) => {
      expect(() => injectTraceContext(options)).toThrow(RangeError);
    },
  );
});
