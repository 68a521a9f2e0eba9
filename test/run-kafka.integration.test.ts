import { Consumer, Producer, ProduceAcks, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { afterAll, beforeAll, expect, it } from "vitest";

import { formatAddress } from "../scripts/kafka/ports.ts";
import { kcat } from "./support/kcat.ts";
import { realKafka, uniqueName } from "./support/kafka.ts";
import type { SharedKafka } from "./support/kafka.ts";
import { scrape } from "./support/metrics.ts";
import { describeWith } from "./support/needs.ts";
import { startPagoda } from "./support/pagoda.ts";
import type { PagodaProcess } from "./support/pagoda.ts";

const records = 10_000;

describeWith(["kafka", "kcat"], "a real Kafka behind pagoda run", () => {
  let kafka: SharedKafka;
  let proxy: PagodaProcess;

  // Every client is told that the broker lives at the proxy's port, so nothing bypasses it.
  beforeAll(async () => {
    kafka = await realKafka();
    proxy = await startBefore(kafka);
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
  });

  it("gives kcat back, byte for byte, the 10,000 records that kcat produced", async () => {
    const topic = uniqueName("kcat");
    const input = Array.from({ length: records }, (_, n) => `${n} ${"x".repeat(n % 300)} é\n`).join("");
    const before = await scrape(proxy.admin);
    await kcat(["-b", proxy.address, "-P", "-t", topic, "-X", "acks=all"], input);
    expect(await kcat(["-b", proxy.address, "-C", "-t", topic, "-e", "-q", "-o", "beginning"])).toBe(input);
    const after = await scrape(proxy.admin);
    const detected = { protocol: "kafka", source: "peek" };
    expect(after("pagoda_protocol_detections_total", detected)).toBeGreaterThan(
      before("pagoda_protocol_detections_total", detected),
    );
    const grown = (name: string, peer: string): number => after(name, { peer }) - before(name, { peer });
    // The records went through once each way, and what came in on one side went out on the other.
    expect(grown("pagoda_tcp_read_bytes_total", "src")).toBeGreaterThan(Buffer.byteLength(input));
    expect(grown("pagoda_tcp_write_bytes_total", "src")).toBeGreaterThan(Buffer.byteLength(input));
    expect(grown("pagoda_tcp_write_bytes_total", "dst")).toBe(grown("pagoda_tcp_read_bytes_total", "src"));
    expect(grown("pagoda_tcp_read_bytes_total", "dst")).toBe(grown("pagoda_tcp_write_bytes_total", "src"));
  });

  it("gives a JavaScript client back the 10,000 records that it produced", async () => {
    const topic = uniqueName("js");
    const base = { clientId: "test", bootstrapBrokers: [proxy.address], autocreateTopics: true };
    const values = Array.from({ length: records }, (_, n) => `${n} ${"y".repeat(n % 300)} ß`);
    const producer = new Producer({ ...base, serializers: stringSerializers });
    // In parts: a broker takes at most 1 MiB at once.
    for (let at = 0; at < values.length; at += 1_000) {
      const messages = values.slice(at, at + 1_000).map((value) => ({ topic, value }));
      await producer.send({ messages, acks: ProduceAcks.ALL });
    }
    expect(await readAll(proxy.address, topic, values.length)).toEqual(values);
    await producer.close();
  });

  it("counts every connection as kafka, and leaves none open behind the clients", async () => {
    const sum = await scrape(proxy.admin);
    const opened = sum("pagoda_tcp_open_total", { peer: "src" });
    expect(opened).toBeGreaterThan(0);
    expect(sum("pagoda_protocol_detections_total", { protocol: "kafka" })).toBe(opened);
    expect(
      sum("pagoda_tcp_close_total", { peer: "src" }) + sum("pagoda_tcp_open_connections", { peer: "src" }),
    ).toBe(opened);
  });

  it("loses nothing that was acknowledged when it is told to end in mid-traffic", async () => {
    const topic = uniqueName("drain");
    const acknowledged: string[] = [];
    const producer = new Producer({
      clientId: "test",
      bootstrapBrokers: [proxy.address],
      autocreateTopics: true,
      serializers: stringSerializers,
      retries: 0,
    });
    const proxyEnded = new AbortController();
    const producing = (async () => {
      for (let n = 0; !proxyEnded.signal.aborted; n++) {
        const value = `record ${n}`;
        try {
          await producer.send({ messages: [{ topic, value }], acks: ProduceAcks.ALL });
          acknowledged.push(value);
          if (acknowledged.length === 200) proxy.signal("SIGTERM");
        } catch {
          // Not acknowledged: the producer may not count on it, and neither do we.
          if (acknowledged.length >= 200) return;
        }
      }
    })();
    expect(await proxy.exited).toBe(0);
    proxyEnded.abort();
    await producing;
    await producer.close(true);
    proxy = await startBefore(kafka);
    const kept = new Set(await readAtLeast(kafka.bootstrap, topic, acknowledged));
    expect(acknowledged.filter((value) => !kept.has(value))).toEqual([]);
  });
});

function startBefore({ proxied }: SharedKafka): Promise<PagodaProcess> {
  const listen = formatAddress(proxied.advertised);
  return startPagoda(["--listen", listen, "--upstream", formatAddress(proxied), "--drain-timeout", "3s"]);
}

async function readAll(bootstrap: string, topic: string, count: number): Promise<string[]> {
  const consumer = new Consumer({
    clientId: "test",
    bootstrapBrokers: [bootstrap],
    groupId: uniqueName("group"),
    deserializers: stringDeserializers,
  });
  const values: string[] = [];
  const stream = await consumer.consume({ topics: [topic], mode: "earliest", maxWaitTime: 50 });
  for await (const { value } of stream) {
    values.push(value);
    if (values.length >= count) break;
  }
  await consumer.close(true);
  return values;
}

/** Reads to the end of the topic, by the client that needs no group for it. */
async function readAtLeast(bootstrap: string, topic: string, wanted: readonly string[]): Promise<string[]> {
  const text = await kcat(["-b", bootstrap, "-C", "-t", topic, "-e", "-q", "-o", "beginning"]);
  const values = text.trimEnd().split("\n");
  expect(values.length).toBeGreaterThanOrEqual(wanted.length);
  return values;
}
