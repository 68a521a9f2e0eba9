// What only an in-memory cluster lets a test bring about: leaders that move, brokers that stop, errors.

import { spawn } from "node:child_process";
import { once } from "node:events";

import type { Producer } from "kafkajs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { startCluster } from "../packages/kafka/src/testing/index.ts";
import type { MemoryCluster } from "../packages/kafka/src/testing/index.ts";
import { toolPath } from "../scripts/tools.ts";
import { kafkajs, readWith } from "./support/kafkajs.ts";
import { kcat } from "./support/kcat.ts";
import { describeWith } from "./support/needs.ts";

const topic = "orders";
let cluster: MemoryCluster;

beforeEach(async () => {
  cluster = await startCluster({ brokers: 3, topics: { [topic]: { partitions: 1 } } });
});
afterEach(() => cluster.close());

function stored(): string[] {
  return cluster.records(topic).map(({ value }) => Buffer.from(value ?? []).toString());
}

describe("a producer of kafkajs", () => {
  let producer: Producer;

  beforeEach(async () => {
    producer = kafkajs(cluster.bootstrap).producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
  });
  afterEach(() => producer.disconnect());

  /** Sends `count` records one after the other, calling `between` before each. */
  async function send(count: number, between: (n: number) => Promise<void> | void): Promise<string[]> {
    const values = Array.from({ length: count }, (_, n) => `record ${n}`);
    for (const [n, value] of values.entries()) {
      await between(n);
      await producer.send({ topic, messages: [{ value }] });
    }
    return values;
  }

  it("writes everything once and in order while the leader moves", async () => {
    const values = await send(30, (n) => {
      if (n % 5 === 4) cluster.moveLeader(topic, 0, (cluster.leaderOf(topic, 0) % 3) + 1);
    });
    expect(stored()).toEqual(values);
  });

  it("writes everything once and in order while brokers stop and come back", async () => {
    const values = await send(20, async (n) => {
      const broker = cluster.brokers.find(({ id }) => id === cluster.leaderOf(topic, 0));
      if (n % 6 !== 5 || broker === undefined) return;
      await broker.stop();
      await cluster.brokers.find(({ id, isRunning }) => id !== broker.id && !isRunning)?.start();
    });
    expect(stored()).toEqual(values);
  });

  it("tries again what was refused with an error that allows it", async () => {
    cluster.fail({ api: "Produce", error: "NOT_ENOUGH_REPLICAS", times: 3 });
    const values = await send(3, () => {});
    expect(stored()).toEqual(values);
  });

  it("fails with an error that does not allow it", async () => {
    cluster.fail({ api: "Produce", error: "TOPIC_AUTHORIZATION_FAILED" });
    await expect(send(1, () => {})).rejects.toMatchObject({ type: "TOPIC_AUTHORIZATION_FAILED" });
    expect(stored()).toEqual([]);
  });

  it("goes on with a topic that was deleted and made again", async () => {
    await send(2, () => {});
    cluster.deleteTopic(topic);
    cluster.createTopic(topic);
    const again = kafkajs(cluster.bootstrap).producer();
    await again.connect();
    await again.send({ topic, messages: [{ value: "new" }] });
    await again.disconnect();
    expect(stored()).toEqual(["new"]);
  });
});

describe("a consumer of kafkajs", () => {
  it("reads on when the leader moves, and when its coordinator stops", async () => {
    const groupId = "readers";
    const kafka = kafkajs(cluster.bootstrap);
    const producer = kafka.producer();
    await producer.connect();
    const reading = await readWith(kafka, topic, groupId);
    await producer.send({ topic, messages: [{ value: "a" }] });
    await reading.has(1);
    cluster.moveLeader(topic, 0, 2);
    await producer.send({ topic, messages: [{ value: "b" }] });
    await reading.has(2);
    const coordinator = cluster.brokers.find(({ id }) => id === cluster.coordinatorOf(groupId));
    await coordinator?.stop();
    await producer.send({ topic, messages: [{ value: "c" }] });
    await reading.has(3);
    await producer.disconnect();
    await reading.consumer.disconnect();
    // At least once: the coordinator may have gone before it heard of "b".
    expect([...new Set(reading.values)]).toEqual(["a", "b", "c"]);
  });
});

describeWith(["kcat"], "librdkafka", () => {
  it("writes everything once and in order while the leader moves", async () => {
    const settings = ["-X", "enable.idempotence=true", "-X", "linger.ms=0", "-X", "retry.backoff.ms=20"];
    const child = spawn(toolPath("kcat"), ["-b", cluster.bootstrap, "-P", "-t", topic, ...settings], {
      stdio: ["pipe", "inherit", "inherit"],
    });
    const values = Array.from({ length: 5_000 }, (_, n) => `record ${n}`);
    for (let at = 0; at < values.length; at += 500) {
      child.stdin.write(`${values.slice(at, at + 500).join("\n")}\n`);
      cluster.moveLeader(topic, 0, (cluster.leaderOf(topic, 0) % 3) + 1);
    }
    child.stdin.end();
    expect(await once(child, "close")).toEqual([0, null]);
    expect(stored()).toEqual(values);
  });

  it("is told of brokers and topics as of a real cluster's", async () => {
    const metadata = await kcat(["-b", cluster.bootstrap, "-L"]);
    expect(metadata).toContain(" 3 brokers:\n");
    expect(metadata).toContain(
      `topic "${topic}" with 1 partitions:\n    partition 0, leader 1, replicas: 1,2,3`,
    );
  });
});
