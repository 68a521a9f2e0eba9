import { Consumer, stringDeserializers } from "@platformatic/kafka";
import { CompressionTypes } from "kafkajs";
import { afterAll, beforeAll, expect, it } from "vitest";

import { createLog } from "../packages/proxy/src/log.ts";
import { startTracing } from "../packages/proxy/src/tracing/start-tracing.ts";
import type { Tracing } from "../packages/proxy/src/tracing/start-tracing.ts";
import { tracedProxy } from "../packages/proxy/test/tracing/traced-proxy.ts";
import type { TracedProxy } from "../packages/proxy/test/tracing/traced-proxy.ts";
import { kafkajs } from "./support/kafkajs.ts";
import { realKafka, uniqueName } from "./support/kafka.ts";
import { describeWith } from "./support/needs.ts";
import { attributesOf, otlpReceiver } from "./support/otlp-receiver.ts";
import type { OtlpReceiver, OtlpSpan } from "./support/otlp-receiver.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const traceParent = `00-${traceId}-00f067aa0ba902b7-01`;
const serverKind = 2;
const clientKind = 3;

describeWith(["kafka"], "spans of a real broker's clients, at an OTLP collector", () => {
  let collected: OtlpReceiver;
  let tracing: Tracing;
  let proxy: TracedProxy;

  beforeAll(async () => {
    const { proxied } = await realKafka();
    collected = await otlpReceiver();
    const config = {
      endpoint: collected.endpoint,
      serviceName: "pagoda",
      ratio: 1,
      inject: "missing",
    } as const;
    const started = startTracing(config, createLog({ level: "silent" }));
    if (started === undefined) throw new Error("tracing is off");
    tracing = started;
    const { host, port } = proxied;
    proxy = await tracedProxy({
      tracer: tracing.tracer,
      broker: { host, port },
      listen: proxied.advertised,
      inject: true,
    });
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await tracing.shutdown();
    collected.close();
  });

  it("are there for what was produced and fetched, one inside the other, linked to the records' producers", async () => {
    const topic = uniqueName("traced");
    const kafka = kafkajs(proxy.address);
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
    await admin.disconnect();
    const producer = kafka.producer({ idempotent: true });
    await producer.connect();
    await producer.send({
      topic,
      compression: CompressionTypes.GZIP,
      messages: [
        { value: "traced", headers: { TraceParent: traceParent } },
        { value: "not traced", headers: { a: ["b", "c"] } },
      ],
    });
    await producer.disconnect();

    const consumer = new Consumer({
      clientId: "reader",
      bootstrapBrokers: [proxy.address],
      groupId: uniqueName("group"),
      deserializers: stringDeserializers,
    });
    const read: { value: string; headers: [string, string][] }[] = [];
    const stream = await consumer.consume({ topics: [topic], mode: "earliest", maxWaitTime: 50 });
    for await (const { value, headers } of stream) {
      read.push({ value, headers: [...headers] });
      if (read.length === 2) break;
    }
    await consumer.close(true);
    await tracing.flush();

    const spans = collected.spans();
    expect(
      collected.scopes.every(({ schemaUrl }) => schemaUrl?.startsWith("https://opentelemetry.io/schemas/")),
    ).toBe(true);
    const servers = spans.filter(({ name }) => name === `proxy Produce ${topic}`);
    expect(servers).toHaveLength(1);
    const server = servers[0] as OtlpSpan;
    expect(server).toMatchObject({ kind: serverKind, links: [{ traceId, spanId: "00f067aa0ba902b7" }] });
    expect(server.parentSpanId ?? "").toBe("");
    expect(attributesOf(server)).toMatchObject({
      "messaging.system": "kafka",
      "messaging.operation.name": "proxy Produce",
      "messaging.operation.type": "send",
      "messaging.destination.name": topic,
      "messaging.destination.partition.id": "0",
      "messaging.client.id": "test",
      "pagoda.listener": "main",
      "pagoda.kafka.api": "Produce",
    });
    expect(Number(attributesOf(server)["messaging.batch.message_count"])).toBe(2);
    expect(Number(attributesOf(server)["pagoda.overhead_ms"])).toBeGreaterThan(0);

    const send = spans.filter(({ parentSpanId }) => parentSpanId === server.spanId);
    expect(send).toMatchObject([{ name: `send ${topic}`, kind: clientKind, traceId: server.traceId }]);

    // What the producer wrote stays; what it did not write is the request's span.
    const given = `00-${server.traceId}-${server.spanId}-01`;
    expect(read).toEqual([
      { value: "traced", headers: [["TraceParent", traceParent]] },
      { value: "not traced", headers: expect.arrayContaining([["traceparent", given]]) },
    ]);

    // This client fetches by topic id.
    const polls = spans.filter(({ name, links = [] }) => name === `poll ${topic}` && links.length > 0);
    expect(polls).toHaveLength(1);
    const poll = polls[0] as OtlpSpan;
    expect(poll.kind).toBe(clientKind);
    expect(poll.links?.map((link) => link.traceId).toSorted()).toEqual([traceId, server.traceId].toSorted());
    expect(attributesOf(poll)).toMatchObject({
      "messaging.operation.type": "receive",
      "messaging.client.id": expect.stringContaining("reader"),
    });
    const parent = spans.find(({ spanId }) => spanId === poll.parentSpanId);
    expect(parent).toMatchObject({ name: `proxy Fetch ${topic}`, kind: serverKind });

    expect(proxy.transformed).toEqual([
      { layer: "trace-inject", topic, outcome: "ok", records: 1 },
      { layer: "trace-inject", topic, outcome: "skipped", records: 1 },
    ]);
  });

  it.each(["none", "gzip", "snappy", "lz4", "zstd"] as const)(
    "of transactions are no obstacle: records of compression %s are there once, with a context",
    async (compression) => {
      const topic = uniqueName(`injected-${compression}`);
      const { Admin, Producer, stringSerializers } = await import("@platformatic/kafka");
      const base = { clientId: "test", bootstrapBrokers: [proxy.address] };
      const admin = new Admin(base);
      await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
      await admin.close();
      const producer = new Producer({
        ...base,
        serializers: stringSerializers,
        idempotent: true,
        transactionalId: uniqueName("transaction"),
        compression,
      });
      const transaction = await producer.beginTransaction();
      for (const part of [0, 1]) {
        const messages = Array.from({ length: 50 }, (_, n) => ({ topic, value: `${part}-${n}` }));
        // oxlint-disable-next-line no-await-in-loop -- one batch behind the other: their sequences count
        await transaction.send({ messages });
      }
      await transaction.commit();
      await producer.close();

      const consumer = new Consumer({
        ...base,
        groupId: uniqueName("group"),
        deserializers: stringDeserializers,
        isolationLevel: 1,
      });
      const read: string[] = [];
      const stream = await consumer.consume({ topics: [topic], mode: "earliest", maxWaitTime: 50 });
      for await (const { value, headers } of stream) {
        expect(String(headers.get("traceparent"))).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
        read.push(value);
        if (read.length === 100) break;
      }
      await consumer.close(true);
      expect(read).toEqual([0, 1].flatMap((part) => Array.from({ length: 50 }, (_, n) => `${part}-${n}`)));
    },
  );
});
