import { startCluster } from "@pagoda/kafka/testing";
import type { MemoryCluster } from "@pagoda/kafka/testing";
import { formatEndpoint, parseEndpoint } from "@pagoda/tcp";
import { Kafka, logLevel } from "kafkajs";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { readWith } from "../../test/support/kafkajs.ts";
import { start } from "./main.ts";
import type { KafkaProxy } from "./main.ts";

describe("the proxy of the README", () => {
  let cluster: MemoryCluster;
  let proxy: KafkaProxy;
  let dialled: Set<number>;
  let kafka: Kafka;

  beforeEach(async () => {
    cluster = await startCluster({ brokers: 3, topics: { orders: { partitions: 6 } } });
    proxy = await start(cluster.bootstrap.split(",").map(parseEndpoint));
    dialled = new Set();
    kafka = new Kafka({
      brokers: [formatEndpoint(proxy.address)],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 30, retries: 20, factor: 0, multiplier: 1 },
      socketFactory: ({ host, port, onConnect }) => {
        dialled.add(port);
        return connect({ host, port }, onConnect);
      },
    });
  });

  afterEach(async () => {
    await proxy[Symbol.asyncDispose]();
    await cluster.close();
  });

  const upstreamPorts = (): number[] => cluster.brokers.map(({ port }) => port);

  it("carries a producer and a consumer group, and shows them no broker", async () => {
    const producer = kafka.producer();
    await producer.connect();
    const messages = Array.from({ length: 12 }, (_, n) => ({ value: `order ${n}`, partition: n % 6 }));
    await producer.send({ topic: "orders", messages });
    await producer.disconnect();

    const reading = await readWith(kafka, "orders", "billing");
    await reading.has(12);
    await reading.consumer.disconnect();

    expect(reading.values.toSorted()).toEqual(messages.map(({ value }) => value).toSorted());
    // The bootstrap port, and one for each of the three brokers.
    expect(dialled).toContain(proxy.address.port);
    expect(dialled.size).toBe(4);
    expect(upstreamPorts().filter((port) => dialled.has(port))).toEqual([]);
  });

  it("follows a partition whose leader moves", async () => {
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic: "orders", messages: [{ value: "before", partition: 0 }] });
    const leader = cluster.leaderOf("orders", 0);
    cluster.moveLeader("orders", 0, (leader % 3) + 1);
    await producer.send({ topic: "orders", messages: [{ value: "after", partition: 0 }] });
    await producer.disconnect();

    const values = cluster.records("orders").map(({ value }) => Buffer.from(value ?? []).toString());
    expect(values).toEqual(["before", "after"]);
    expect(upstreamPorts().filter((port) => dialled.has(port))).toEqual([]);
  });
});
