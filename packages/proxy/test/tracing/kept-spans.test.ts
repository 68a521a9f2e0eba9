import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { Context, layer, stack } from "@pagoda/core";
import { KafkaApiError, KafkaRequest, KafkaResponse, noResponse, TopicIds } from "@pagoda/kafka";
import type { KafkaAnswer } from "@pagoda/kafka";
import {
  encodeBatch,
  encodeRequestFrame,
  encodeResponseFrame,
  Fetch,
  Heartbeat,
  Metadata,
  OffsetCommit,
  Produce,
} from "@pagoda/kafka/protocol";
import type { ApiDefinition } from "@pagoda/kafka/protocol";
import { currentTrace, KafkaTracer, kafkaTracing, parentTrace, upstreamTracing } from "@pagoda/metrics";
import type { KafkaTracerOptions, KafkaTracingOptions } from "@pagoda/metrics";
import { describe, expect, it, vi } from "vitest";

import { ChosenSampler } from "../../src/tracing/chosen-sampler.ts";

const background = Context.background();
const topicId = "AAAAAAAAAAAAAAAAAAAAAQ";
const connection = {
  listener: "main",
  local: { host: "10.0.0.1", port: 9_092 },
  remote: { host: "10.0.0.2", port: 50_000 },
};

type Call = (request: KafkaRequest, cx: Context) => Promise<KafkaAnswer>;

function start(
  call: Call,
  options: Partial<KafkaTracerOptions> = {},
  parts: Partial<KafkaTracingOptions> = {},
) {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new TracerProvider({
    sampler: new ChosenSampler(0),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const tracer = new KafkaTracer({ tracerProvider, ratio: 1, ...options });
  const onError = vi.fn();
  const service = stack<KafkaRequest, KafkaAnswer>()
    .push(kafkaTracing({ tracer, connection, onError, ...parts }))
    .push(upstreamTracing())
    .service(call);
  const names = () => exporter.getFinishedSpans().map(({ name }) => name);
  return { exporter, tracer, service, names, onError };
}

/** A request as a client sends it. */
function sent<Req, Res>(api: ApiDefinition<Req, Res>, version: number, body: Req): KafkaRequest {
  return KafkaRequest.read(encodeRequestFrame(api, version, { correlationId: 1, clientId: "c" }, body));
}

const heartbeat = () => sent(Heartbeat, 4, Heartbeat.request.of({ groupId: "g" }));
const ok: Call = (request) => Promise.resolve(request.respond(Heartbeat.response.of()));
const spanOf = (traceFlags: number) => ({ traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags });

describe("whether a request has spans", () => {
  it("goes by the trace that it belongs to, whatever the ratio", async () => {
    for (const [traceFlags, ratio, spans] of [
      [1, 0, 2],
      [0, 1, 0],
    ] as const) {
      const { service, exporter } = start(ok, { ratio });
      // oxlint-disable-next-line no-await-in-loop -- two cases
      await service.call(heartbeat(), background.with(parentTrace, spanOf(traceFlags)));
      const made = exporter.getFinishedSpans();
      expect(made).toHaveLength(spans);
      for (const span of made) expect(span.spanContext().traceId).toBe("a".repeat(32));
      expect(made.at(-1)?.parentSpanContext?.spanId).toBe(spans === 0 ? undefined : "b".repeat(16));
    }
  });

  it("goes by chance else, in the share that was asked for", async () => {
    let next = 0;
    const { service, names } = start(ok, { ratio: 0.25, random: () => (next++ % 100) / 100 });
    for (let n = 0; n < 100; n++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await service.call(heartbeat(), background);
    }
    expect(names().filter((name) => name.startsWith("proxy"))).toHaveLength(25);
  });

  it("goes by how long it took: what is slower than nearly all of its API has some", async () => {
    let slow = false;
    const wait: Call = async (request, cx) => {
      const until = performance.now() + (slow ? 20 : 0);
      while (performance.now() < until);
      return ok(request, cx);
    };
    const { service, exporter, tracer } = start(wait, { ratio: 0 });
    for (let n = 0; n < 1_000; n++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await service.call(heartbeat(), background);
    }
    expect(exporter.getFinishedSpans()).toEqual([]);
    slow = true;
    const request = heartbeat();
    await service.call(request, background);
    const server = exporter.getFinishedSpans().find(({ name }) => name.startsWith("proxy Heartbeat"));
    expect(server?.attributes).toMatchObject({
      "pagoda.sampling.reason": "slow",
      "messaging.consumer.group.name": "g",
    });
    expect(server?.duration[1]).toBeGreaterThanOrEqual(20_000_000);
    expect(tracer.exemplarOf(request)).toEqual({
      trace_id: server?.spanContext().traceId,
      span_id: server?.spanContext().spanId,
    });
    expect(tracer.exemplarOf(heartbeat())).toBeUndefined();
  });

  it("is no when its client went away", async () => {
    const cx = background.fork();
    const hanging: Call = (_, given) => given.race(new Promise<never>(() => {}));
    const { service, exporter } = start(hanging, { ratio: 0 });
    const answer = service.call(heartbeat(), cx);
    cx.cancel();
    await expect(answer).rejects.toMatchObject({ code: "CANCELLED" });
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});

describe("what the spans of a request say", () => {
  it("names the error that a layer told the client, also behind what was added to it", async () => {
    const refused = new KafkaApiError("TOPIC_AUTHORIZATION_FAILED", "not for you");
    const { service, exporter } = start(() => Promise.reject(new Error("around", { cause: refused })), {
      ratio: 0,
    });
    await expect(service.call(heartbeat(), background)).rejects.toThrow("around");
    expect(exporter.getFinishedSpans().map(({ attributes }) => attributes["error.type"])).toEqual([
      "TOPIC_AUTHORIZATION_FAILED",
      "TOPIC_AUTHORIZATION_FAILED",
    ]);
  });

  it("finds an error at any level of an answer", async () => {
    const body = OffsetCommit.response.of({
      topics: [{ name: "orders", partitions: [{ partitionIndex: 0, errorCode: 22 }] }],
    });
    const { service, exporter } = start((request) => Promise.resolve(request.respond(body)), { ratio: 0 });
    const request = sent(
      OffsetCommit,
      8,
      OffsetCommit.request.of({ groupId: "g", topics: [{ name: "orders" }] }),
    );
    await service.call(request, background);
    expect(
      exporter.getFinishedSpans().map(({ name, attributes }) => [name, attributes["error.type"]]),
    ).toEqual([
      ["commit orders", "ILLEGAL_GENERATION"],
      ["proxy OffsetCommit orders", "ILLEGAL_GENERATION"],
    ]);
  });

  it("names topics by id where the id is known, and no topic where there are several", async () => {
    const topicIds = new TopicIds();
    topicIds.learn(topicId, "orders");
    const answer = (request: KafkaRequest) =>
      KafkaResponse.read(encodeResponseFrame(Fetch, 13, { correlationId: 0 }, Fetch.response.of()), request);
    const { service, names } = start((request) => Promise.resolve(answer(request)), {}, { topicIds });
    for (const ids of [[topicId], [topicId, "AAAAAAAAAAAAAAAAAAAAAg"]]) {
      const topics = ids.map((id) => ({ topicId: id, partitions: [{ partition: 3 }] }));
      const body = Fetch.request.of({ topics });
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await service.call(sent(Fetch, 13, body), background);
    }
    expect(names()).toEqual(["poll orders", "proxy Fetch orders", "poll", "proxy Fetch 10.0.0.1:9092"]);
  });

  it("has a span for each sending of a request that is sent again", async () => {
    let sent = 0;
    const flaky: Call = (request, cx) => (++sent === 1 ? Promise.reject(new Error("gone")) : ok(request, cx));
    const exporter = new InMemorySpanExporter();
    const tracerProvider = new TracerProvider({
      sampler: new ChosenSampler(0),
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
    });
    const tracer = new KafkaTracer({ tracerProvider, ratio: 1 });
    const service = stack<KafkaRequest, KafkaAnswer>()
      .push(kafkaTracing({ tracer, connection }))
      .push(
        layer<KafkaRequest, KafkaAnswer>(
          "again",
          (inner) => (request, cx) => inner.call(request, cx).catch(() => inner.call(request, cx)),
        ),
      )
      .push(upstreamTracing())
      .service(flaky);
    await service.call(heartbeat(), background);
    const clients = exporter.getFinishedSpans().filter(({ name }) => name === "Heartbeat");
    expect(clients.map(({ attributes }) => attributes["error.type"])).toEqual(["INTERNAL", undefined]);
  });

  it("ends with a Produce request that nobody answers", async () => {
    const { service, names } = start(() => Promise.resolve(noResponse));
    const records = encodeBatch({ records: [{}] });
    const topicData = [{ name: "orders", partitionData: [{ index: 0, records }] }];
    const body = Produce.request.of({ acks: 0, topicData });
    await service.call(sent(Produce, 9, body), background);
    expect(names()).toEqual(["send orders", "proxy Produce orders"]);
  });

  it("is little of a request that cannot be read, which goes on as it came", async () => {
    const frame = Buffer.from(
      encodeRequestFrame(Metadata, 12, { correlationId: 0, clientId: "c" }, Metadata.request.of()),
    ).subarray(0, -1);
    frame.writeInt32BE(frame.length - 4);
    const request = KafkaRequest.read(frame);
    const seen: KafkaRequest[] = [];
    const { service, names, onError } = start((given) => {
      seen.push(given);
      return Promise.resolve(KafkaResponse.read(Buffer.alloc(8), given));
    });
    await service.call(request, background);
    expect(seen).toEqual([request]);
    expect(names()).toEqual(["Metadata", "proxy Metadata 10.0.0.1:9092"]);
    expect(onError).not.toHaveBeenCalled();
  });

  it("tells layers inside the trace that they are part of", async () => {
    const seen: (string | undefined)[] = [];
    const { service, exporter } = start((request, cx) => {
      seen.push(cx.get(currentTrace)?.spanContext?.traceId);
      return ok(request, cx);
    });
    await service.call(heartbeat(), background);
    expect(seen).toEqual([exporter.getFinishedSpans()[0]?.spanContext().traceId]);
  });
});
