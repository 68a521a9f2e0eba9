import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { startCluster } from "@pagoda/kafka/testing";
import type { MemoryCluster } from "@pagoda/kafka/testing";
import { KafkaTracer, tracingSchemaUrl } from "@pagoda/metrics";
import type { KafkaTracerOptions } from "@pagoda/metrics";
import { CompressionTypes, Kafka, logLevel } from "kafkajs";
import { expect, it } from "vitest";

import { ChosenSampler } from "../../src/tracing/chosen-sampler.ts";
import { tracedProxy } from "./traced-proxy.ts";
import type { TracedProxyOptions } from "./traced-proxy.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const traceParent = `00-${traceId}-00f067aa0ba902b7-01`;
const other = `01-${"a".repeat(32)}-${"b".repeat(16)}-00-more`;

interface Traced extends AsyncDisposable {
  readonly kafka: Kafka;
  readonly cluster: MemoryCluster;
  readonly proxy: Awaited<ReturnType<typeof tracedProxy>>;
  readonly exporter: InMemorySpanExporter;
  named(name: string): ReadableSpan[];
}

async function start(
  options: Partial<KafkaTracerOptions> = { ratio: 1 },
  parts: Partial<TracedProxyOptions> = {},
): Promise<Traced> {
  const stop = new AsyncDisposableStack();
  const cluster = stop.use(await startCluster({ brokers: 1, topics: { orders: {}, others: {} } }));
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new TracerProvider({
    sampler: new ChosenSampler(0),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const tracer = new KafkaTracer({ tracerProvider, ...options });
  const broker = { host: "127.0.0.1", port: cluster.brokers[0]?.port ?? 0 };
  const proxy = stop.use(await tracedProxy({ tracer, broker, ...parts }));
  const kafka = new Kafka({
    clientId: "shop",
    brokers: [proxy.address],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  });
  return {
    kafka,
    cluster,
    proxy,
    exporter,
    named: (name) => exporter.getFinishedSpans().filter((span) => span.name === name),
    [Symbol.asyncDispose]: () => stop.disposeAsync(),
  };
}

async function produce({ kafka }: Traced, values: readonly Record<string, string>[], topic = "orders") {
  const producer = kafka.producer();
  await producer.connect();
  const messages = values.map((headers, n) => ({ value: `${n}`, headers }));
  try {
    await producer.send({ topic, messages, compression: CompressionTypes.GZIP });
  } finally {
    await producer.disconnect();
  }
}

async function fetchOne({ kafka }: Traced): Promise<void> {
  const consumer = kafka.consumer({ groupId: "billing" });
  await consumer.connect();
  await consumer.subscribe({ topic: "orders", fromBeginning: true });
  const read = Promise.withResolvers<void>();
  await consumer.run({ eachMessage: async () => read.resolve() });
  await read.promise;
  await consumer.disconnect();
}

function onlyOne(spans: readonly ReadableSpan[]): ReadableSpan {
  expect(spans).toHaveLength(1);
  return spans[0] as ReadableSpan;
}

const ids = (span: ReadableSpan) => span.links.map(({ context }) => context.traceId);

it("makes a SERVER span of a Produce request, with links to its records and a CLIENT span inside", async () => {
  await using traced = await start();
  await produce(traced, [
    { traceparent: traceParent },
    { TraceParent: other, x: "y" },
    {},
    { traceparent: "no" },
  ]);

  const server = onlyOne(traced.named("proxy Produce orders"));
  expect(server.kind).toBe(SpanKind.SERVER);
  expect(server.parentSpanContext).toBeUndefined();
  expect(server.instrumentationScope.schemaUrl).toBe(tracingSchemaUrl);
  expect(server.status.code).toBe(SpanStatusCode.UNSET);
  const { host, port } = traced.proxy.endpoint;
  expect(server.attributes).toMatchObject({
    "messaging.system": "kafka",
    "messaging.operation.name": "proxy Produce",
    "messaging.operation.type": "send",
    "messaging.destination.name": "orders",
    "messaging.destination.partition.id": "0",
    "messaging.batch.message_count": 4,
    "messaging.client.id": "shop",
    "messaging.kafka.cluster.id": "cluster-1",
    "server.address": host,
    "server.port": port,
    "client.address": host,
    "pagoda.listener": "main",
    "pagoda.sampling.reason": "ratio",
    "pagoda.overhead_ms": expect.any(Number),
  });
  expect(server.attributes["pagoda.overhead_ms"]).toBeGreaterThan(0);
  expect(server.attributes).not.toHaveProperty("error.type");
  expect(ids(server)).toEqual([traceId, "a".repeat(32)]);
  expect(server.links[0]?.context).toMatchObject({ traceFlags: 1, isRemote: true });

  const client = onlyOne(traced.named("send orders"));
  expect(client.kind).toBe(SpanKind.CLIENT);
  expect(client.parentSpanContext?.spanId).toBe(server.spanContext().spanId);
  expect(client.spanContext().traceId).toBe(server.spanContext().traceId);
  expect(client.links).toEqual([]);
  expect(client.attributes).toMatchObject({
    "messaging.operation.name": "send",
    "server.port": traced.cluster.brokers[0]?.port,
    "pagoda.kafka.node_id": "1",
  });
  const nanoseconds = ([seconds, nanos]: readonly [number, number]) =>
    BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
  expect(nanoseconds(client.startTime)).toBeGreaterThanOrEqual(nanoseconds(server.startTime));
  expect(nanoseconds(client.endTime)).toBeLessThanOrEqual(nanoseconds(server.endTime));
});

it("links what was fetched to where it was created, on `poll`, and names the group of what commits", async () => {
  await using traced = await start();
  await produce(traced, [{ traceparent: traceParent }, {}]);
  await fetchOne(traced);

  const poll = onlyOne(traced.named("poll orders").filter(({ links }) => links.length > 0));
  expect(poll.kind).toBe(SpanKind.CLIENT);
  expect(ids(poll)).toEqual([traceId]);
  expect(poll.attributes).toMatchObject({
    "messaging.operation.type": "receive",
    "messaging.batch.message_count": 2,
    "messaging.destination.partition.id": "0",
  });
  const parent = traced.exporter
    .getFinishedSpans()
    .find((span) => span.spanContext().spanId === poll.parentSpanContext?.spanId);
  expect(parent).toMatchObject({ name: "proxy Fetch orders", kind: SpanKind.SERVER, links: [] });
  const [commit] = traced.named("commit orders");
  expect(commit?.attributes).toMatchObject({
    "messaging.consumer.group.name": "billing",
    "messaging.operation.type": "settle",
  });
  // Without a topic, the server is the destination.
  expect(traced.named(`proxy FindCoordinator ${traced.proxy.address}`)).toHaveLength(1);
});

it("makes no spans where chance says no, and nothing failed", async () => {
  await using traced = await start({ ratio: 0 });
  await produce(traced, [{ traceparent: traceParent }]);
  expect(traced.exporter.getFinishedSpans()).toEqual([]);
});

it("makes the spans of what failed after all, links and broker's part included", async () => {
  await using traced = await start({ ratio: 0 });
  traced.cluster.fail({ api: "Produce", error: "NOT_ENOUGH_REPLICAS", times: 1 });
  await expect(produce(traced, [{ traceparent: traceParent }])).rejects.toThrow();

  const server = onlyOne(traced.named("proxy Produce orders"));
  const client = onlyOne(traced.named("send orders"));
  for (const span of [server, client]) {
    expect(span.attributes["error.type"]).toBe("NOT_ENOUGH_REPLICAS");
    expect(span.status.code).toBe(SpanStatusCode.ERROR);
  }
  expect(server.attributes["pagoda.sampling.reason"]).toBe("error");
  expect(ids(server)).toEqual([traceId]);
  expect(client.parentSpanContext?.spanId).toBe(server.spanContext().spanId);
  expect(traced.exporter.getFinishedSpans()).toHaveLength(2);
});

it("makes none of what failed where that is switched off, or there were too many", async () => {
  for (const maxKeptPerSecond of [0, 1]) {
    await using traced = await start({ ratio: 0, maxKeptPerSecond });
    traced.cluster.fail({ api: "Produce", error: "NOT_ENOUGH_REPLICAS", times: 2 });
    await expect(produce(traced, [{}])).rejects.toThrow();
    await expect(produce(traced, [{}])).rejects.toThrow();
    expect(traced.named("proxy Produce orders").length).toBeLessThanOrEqual(maxKeptPerSecond);
  }
});

it("says what a slow layer took, in events and in the overhead", async () => {
  const slow: TracedProxyOptions["layer"] = (inner) => ({
    call: async (request, cx) => {
      const until = performance.now() + 3;
      while (performance.now() < until);
      return inner.call(request, cx);
    },
  });
  await using traced = await start({ ratio: 1 }, { layer: slow });
  await produce(traced, [{}]);
  const server = onlyOne(traced.named("proxy Produce orders"));
  const events = server.events.filter(({ attributes }) => attributes?.["pagoda.hook"] === "request");
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({ name: "layer", attributes: { "pagoda.layer": "given" } });
  expect(events[0]?.attributes?.["pagoda.duration_ms"]).toBeGreaterThanOrEqual(3);
  expect(server.attributes["pagoda.overhead_ms"]).toBeGreaterThanOrEqual(3);
});

it("gathers no message for its links: a big one is cut through, and said to be", async () => {
  await using traced = await start({ ratio: 1 }, { cutThroughBytes: 1_000 });
  const producer = traced.kafka.producer();
  await producer.connect();
  const value = Buffer.alloc(100_000);
  await producer.send({ topic: "orders", messages: [{ value, headers: { traceparent: traceParent } }] });
  await producer.disconnect();
  const server = onlyOne(traced.named("proxy Produce orders"));
  expect(server.attributes).toMatchObject({
    "pagoda.cut_through": true,
    "messaging.destination.partition.id": "0",
  });
  expect(server.attributes).not.toHaveProperty("messaging.batch.message_count");
  expect(server.links).toEqual([]);
});

it("gives records without a context that of the request, and leaves those with one alone", async () => {
  await using traced = await start({ ratio: 1 }, { inject: true });
  await produce(traced, [{ a: "b" }, { TRACEPARENT: other }]);
  const server = onlyOne(traced.named("proxy Produce orders"));
  const { traceId: own, spanId } = server.spanContext();
  const stored = traced.cluster
    .records("orders")
    .map(({ headers }) => headers.map(({ key, value }) => [key, Buffer.from(value ?? []).toString()]));
  expect(stored).toEqual([
    [
      ["a", "b"],
      ["traceparent", `00-${own}-${spanId}-01`],
    ],
    [["TRACEPARENT", other]],
  ]);
  expect(traced.proxy.transformed).toEqual([
    { layer: "trace-inject", topic: "orders", outcome: "ok", records: 1 },
    { layer: "trace-inject", topic: "orders", outcome: "skipped", records: 1 },
  ]);
  // Links are to what the client wrote, not to the span itself.
  expect(ids(server)).toEqual(["a".repeat(32)]);
});

it("gives records contexts of their own, not sampled, where the request has no span", async () => {
  await using traced = await start({ ratio: 0 }, { inject: true });
  await produce(traced, [{}, {}]);
  const values = traced.cluster
    .records("orders")
    .map(({ headers }) => Buffer.from(headers[0]?.value ?? []).toString());
  for (const value of values) expect(value).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/);
  expect(new Set(values).size).toBe(2);
});
