import { startCluster } from "@pagoda/kafka/testing";
import type { MemoryCluster } from "@pagoda/kafka/testing";
import { formatEndpoint } from "@pagoda/tcp";
import type { ListenerServing } from "@pagoda/tcp";
import { afterEach, beforeEach, expect, it } from "vitest";

import { kafkajs } from "../../test/support/kafkajs.ts";
import { start } from "./main.ts";

let cluster: MemoryCluster;
let proxy: ListenerServing;

beforeEach(async () => {
  cluster = await startCluster({ brokers: 1, topics: { orders: {}, logs: {} } });
  const [broker] = cluster.brokers;
  const limits = { maxRecordBytes: { orders: 1_000 } };
  proxy = await start({ host: "127.0.0.1", port: broker?.port ?? 0 }, limits);
});

afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  await cluster.close();
});

it("tells a producer what is too large, and carries the rest", async () => {
  const producer = kafkajs(formatEndpoint(proxy.address)).producer({ retry: { retries: 0 } });
  const large = { value: "x".repeat(1_001) };
  await producer.connect();
  await producer.send({ topic: "orders", messages: [{ value: "small" }] });
  await expect(producer.send({ topic: "orders", messages: [large] })).rejects.toMatchObject({
    type: "MESSAGE_TOO_LARGE",
  });
  await producer.send({ topic: "logs", messages: [large] });
  await producer.disconnect();
  expect(cluster.records("orders")).toHaveLength(1);
  expect(cluster.records("logs")).toHaveLength(1);
});
