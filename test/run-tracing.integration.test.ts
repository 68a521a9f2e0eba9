// Spans of `pagoda run -c`, from the configuration to a collector.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startCluster } from "@pagoda/kafka/testing";
import type { MemoryCluster } from "@pagoda/kafka/testing";
import { Consumer, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { attributesOf, otlpReceiver } from "./support/otlp-receiver.ts";
import type { OtlpReceiver, OtlpSpan } from "./support/otlp-receiver.ts";
import { startPagoda } from "./support/pagoda.ts";
import type { PagodaProcess } from "./support/pagoda.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";
const serverKind = 2;
const clientKind = 3;
const errorStatus = 2;

let folder: string;
let cluster: MemoryCluster;
let collected: OtlpReceiver;
let proxy: PagodaProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pagoda-tracing-"));
  cluster = await startCluster({ topics: { orders: { partitions: 1 } } });
  collected = await otlpReceiver();
});
afterEach(async () => {
  await proxy?.[Symbol.asyncDispose]();
  proxy = undefined;
  collected.close();
  await cluster[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function start(layers: string): Promise<PagodaProcess> {
  const file = join(folder, "pagoda.yaml");
  await writeFile(
    file,
    `clusters: { main: { bootstrap: "${cluster.bootstrap}" } }
listeners:
  - name: main
    cluster: main
    advertise: { slots: 4 }
${layers}
tracing: { endpoint: "${collected.endpoint}", serviceName: test, ratio: 1 }
`,
  );
  proxy = await startPagoda(["-c", file]);
  return proxy;
}

/** Produces one record with a context, and reads it back. */
async function produceAndFetch(address: string): Promise<void> {
  const producer = new Producer({
    clientId: "writer",
    bootstrapBrokers: [address],
    serializers: stringSerializers,
  });
  const headers = { traceparent: `00-${traceId}-${spanId}-01` };
  await producer.send({ messages: [{ topic: "orders", value: "traced", headers }] });
  await producer.close();
  const consumer = new Consumer({
    clientId: "reader",
    bootstrapBrokers: [address],
    groupId: "readers",
    deserializers: stringDeserializers,
  });
  const stream = await consumer.consume({ topics: ["orders"], mode: "earliest", maxWaitTime: 50 });
  for await (const { value } of stream) {
    expect(value).toBe("traced");
    break;
  }
  await consumer.close(true);
}

/** Ends the proxy in order: it sends the last spans then. */
async function end(running: PagodaProcess): Promise<void> {
  running.signal("SIGTERM");
  expect(await running.exited).toBe(0);
}

describe("pagoda run with tracing", () => {
  it("sends spans of what was produced and fetched before it ends, linked to the record's producer", async () => {
    const running = await start("");
    await produceAndFetch(running.address);
    await end(running);
    const spans = collected.spans();

    const produced = spans.filter(({ name }) => name === "proxy Produce orders");
    expect(produced).toMatchObject([{ kind: serverKind, links: [{ traceId, spanId }] }]);
    const server = produced[0] as OtlpSpan;
    expect(server.parentSpanId ?? "").toBe("");
    expect(server.status?.code ?? 0).not.toBe(errorStatus);
    expect(attributesOf(server)).toMatchObject({
      "messaging.system": "kafka",
      "messaging.operation.name": "proxy Produce",
      "messaging.operation.type": "send",
      "messaging.destination.name": "orders",
      "messaging.client.id": "writer",
      "network.peer.address": "127.0.0.1",
      "pagoda.listener": "main",
    });
    expect(Number(attributesOf(server)["messaging.batch.message_count"])).toBe(1);
    const sent = spans.filter(({ parentSpanId }) => parentSpanId === server.spanId);
    expect(sent).toMatchObject([{ name: "send orders", kind: clientKind, traceId: server.traceId }]);

    // Long polls without records have spans, too, but no links.
    const polls = spans.filter(({ name, links = [] }) => name === "poll orders" && links.length > 0);
    expect(polls).toMatchObject([{ kind: clientKind, links: [{ traceId, spanId }] }]);
    const poll = polls[0] as OtlpSpan;
    expect(attributesOf(poll)).toMatchObject({ "messaging.operation.type": "receive" });
    expect(spans.find((each) => each.spanId === poll.parentSpanId)).toMatchObject({
      name: "proxy Fetch orders",
      kind: serverKind,
      traceId: poll.traceId,
    });
  });

  it("makes no spans where the listener's layers have no trace", async () => {
    const running = await start("    layers: [metrics]");
    await produceAndFetch(running.address);
    await end(running);
    expect(collected.spans()).toEqual([]);
  });
});
