import { observe, stack } from "@pagoda/core";
import { kafkaClient, serveKafka, watchApi } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { Fetch, Produce } from "@pagoda/kafka/protocol";
import { bind, connect, serve } from "@pagoda/tcp";
import type { ListenerServing } from "@pagoda/tcp";
import { Consumer, Producer, ProduceAcks, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { afterAll, beforeAll, expect, it } from "vitest";

import { kcat } from "./support/kcat.ts";
import { realKafka, uniqueName } from "./support/kafka.ts";
import { describeWith } from "./support/needs.ts";

const records = 10_000;

describeWith(["kafka", "kcat"], "a real Kafka behind serveKafka and kafkaClient", () => {
  const seen = { produced: 0, fetched: 0, cut: 0, unanswered: 0 };
  const failures: unknown[] = [];
  let proxy: ListenerServing;
  let address: string;

  beforeAll(async () => {
    const { proxied } = await realKafka();
    const service = serveKafka((_, scope) =>
      stack<KafkaRequest, KafkaAnswer>()
        .push(
          observe([
            watchApi(Produce, {
              onRequest: (request) => {
                seen.produced += 1;
                if (!request.expectsResponse) seen.unanswered += 1;
              },
            }),
            watchApi(Fetch, {
              onResponse: ({ whole }) => {
                seen.fetched += 1;
                if (!whole) seen.cut += 1;
              },
            }),
          ]),
        )
        // Small enough for Fetch responses to be cut through.
        .service(kafkaClient((cx) => connect(proxied, cx), scope, { cutThroughBytes: 65_536 })),
    );
    proxy = serve(await bind({ ...proxied.advertised, name: "test" }), service, {
      onError: (error) => failures.push(error),
    });
    address = `${proxy.address.host}:${proxy.address.port}`;
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
  });

  it.each([
    ["all", "none"],
    ["1", "gzip"],
    ["1", "snappy"],
    ["1", "lz4"],
    ["1", "zstd"],
    ["0", "none"],
  ])(
    "gives kcat back, byte for byte, what it produced with acks=%s and compression %s",
    async (acks, codec) => {
      const topic = uniqueName("tiers");
      const input = Array.from({ length: records }, (_, n) => `${n} ${"x".repeat(n % 300)} é\n`).join("");
      const settings = ["-X", `acks=${acks}`, "-X", `compression.codec=${codec}`];
      const before = { ...seen };
      // Once before, or what comes with acks=0 can be lost: the topic has no leader yet.
      await kcat(["-b", address, "-P", "-t", topic], "first\n");
      await kcat(["-b", address, "-P", "-t", topic, ...settings], input);
      const output = await kcat(["-b", address, "-C", "-t", topic, "-e", "-q", "-o", "beginning"]);
      expect(output === `first\n${input}`).toBe(true);
      expect(seen.produced).toBeGreaterThan(before.produced);
      expect(seen.fetched).toBeGreaterThan(before.fetched);
      expect(seen.unanswered > before.unanswered).toBe(acks === "0");
    },
  );

  it("gives a JavaScript client in a group back the records that it produced", async () => {
    const topic = uniqueName("tiers-js");
    const base = { clientId: "test", bootstrapBrokers: [address], autocreateTopics: true };
    const values = Array.from({ length: records }, (_, n) => `${n} ${"y".repeat(n % 300)} ß`);
    const producer = new Producer({ ...base, serializers: stringSerializers });
    // In parts: a broker takes at most 1 MiB at once.
    for (let at = 0; at < values.length; at += 1_000) {
      const messages = values.slice(at, at + 1_000).map((value) => ({ topic, value }));
      await producer.send({ messages, acks: ProduceAcks.ALL });
    }
    const consumer = new Consumer({
      ...base,
      groupId: uniqueName("group"),
      deserializers: stringDeserializers,
    });
    const read: string[] = [];
    const stream = await consumer.consume({ topics: [topic], mode: "earliest", maxWaitTime: 50 });
    for await (const { value } of stream) {
      read.push(value);
      if (read.length >= values.length) break;
    }
    expect(read).toEqual(values);
    await consumer.close(true);
    await producer.close();
  });

  it("had nothing to complain about, and nothing is left open behind the clients", async () => {
    expect(failures).toEqual([]);
    expect(seen.cut).toBeGreaterThan(0);
    await expect.poll(() => proxy.open, { timeout: 10_000 }).toBe(0);
  });
});
