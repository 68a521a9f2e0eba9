import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect } from "node:net";

import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { afterAll, beforeAll, expect, it } from "vitest";

import type { KafkaCluster } from "../scripts/kafka/cluster.ts";
import { formatAddress } from "../scripts/kafka/ports.ts";
import { startKafka } from "../scripts/kafka/start.ts";
import { kafkaVersion } from "../scripts/kafka/version.ts";
import { kcat } from "./support/kcat.ts";
import { realKafka, uniqueName } from "./support/kafka.ts";
import { describeWith } from "./support/needs.ts";

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => `record ${from + index}\n`).join("");

const produce = (bootstrap: string, topic: string, input: string): Promise<string> =>
  kcat(["-b", bootstrap, "-P", "-t", topic, "-X", "acks=all"], input);

const consume = (bootstrap: string, topic: string): Promise<string> =>
  kcat(["-b", bootstrap, "-C", "-t", topic, "-e", "-q", "-o", "beginning"]);

describeWith(["kafka", "kcat"], "a Kafka of our own", () => {
  let kafka: KafkaCluster;
  beforeAll(async () => {
    kafka = await startKafka();
  });
  afterAll(() => kafka.stop());

  it("starts without a topic or group of anyone's", async () => {
    const admin = new Admin({ clientId: "test", bootstrapBrokers: [kafka.bootstrap] });
    expect(await admin.listTopics({ includeInternals: false })).toEqual([]);
    expect([...(await admin.listGroups()).keys()]).toEqual([]);
    await admin.close();
  });

  it("gives kcat back what kcat produced", async () => {
    await produce(kafka.bootstrap, "kcat", lines(0, 1_000));
    expect(await consume(kafka.bootstrap, "kcat")).toBe(lines(0, 1_000));
  });

  it("gives a consumer group of a JavaScript client what that client produced", async () => {
    const base = { clientId: "test", bootstrapBrokers: [kafka.bootstrap], autocreateTopics: true };
    const values = Array.from({ length: 1_000 }, (_, index) => `record ${index}`);
    const producer = new Producer({ ...base, serializers: stringSerializers });
    await producer.send({ messages: values.map((value) => ({ topic: "js", value })) });
    const consumer = new Consumer({ ...base, groupId: "test", deserializers: stringDeserializers });
    const received: string[] = [];
    for await (const { value } of await consumer.consume({
      topics: ["js"],
      mode: "earliest",
      maxWaitTime: 50,
    })) {
      received.push(value);
      if (received.length === values.length) break;
    }
    expect(received).toEqual(values);
    await Promise.all([producer.close(), consumer.close(true)]);
  });

  it("tells clients of the proxied listener where the proxy is, and others where it is itself", async () => {
    const [broker] = kafka.brokers;
    if (broker === undefined) throw new Error("no broker");
    const addressAt = async (bootstrap: string): Promise<string | undefined> =>
      /broker 1 at (\S+)/.exec(await kcat(["-b", bootstrap, "-L"]))?.[1];
    expect(await addressAt(kafka.bootstrap)).toBe(kafka.bootstrap);
    expect(await addressAt(formatAddress(broker.proxied))).toBe(formatAddress(broker.proxied.advertised));
  });

  it("runs Kafka's own tools, and says what they said when they fail", async () => {
    const { bootstrap, tools } = kafka;
    await tools.run("topics", ["--bootstrap-server", bootstrap, "--create", "--topic", "tool"]);
    await tools.run("console-producer", ["--bootstrap-server", bootstrap, "--topic", "tool"], {
      input: "a\nb\n",
    });
    const read = [
      "--bootstrap-server",
      bootstrap,
      "--topic",
      "tool",
      "--from-beginning",
      "--max-messages",
      "2",
    ];
    expect(await tools.run("console-consumer", read)).toBe("a\nb\n");
    await expect(tools.run("topics", ["--bootstrap-server", bootstrap, "--nonsense"])).rejects.toThrow(
      "nonsense is not a recognized option",
    );
    expect(await tools.run("broker-api-versions", ["--version"])).toContain(kafkaVersion);
  });

  it.each(["stop", "kill"] as const)(
    "keeps its data when a broker goes down by %s() and starts again",
    async (way) => {
      const topic = `kept-${way}`;
      await produce(kafka.bootstrap, topic, lines(0, 10));
      const [broker] = kafka.brokers;
      const pid = broker?.pid;
      await broker?.[way]();
      expect(broker?.pid).toBeUndefined();
      await broker?.start();
      expect(broker?.pid).not.toBe(pid);
      await produce(kafka.bootstrap, topic, lines(10, 20));
      expect(await consume(kafka.bootstrap, topic)).toBe(lines(0, 20));
    },
  );

  it("says what the broker said when it cannot start", async () => {
    await expect(startKafka({ properties: { "num.io.threads": "0" } })).rejects.toThrow(
      /broker 1 ended \(exit code 1\)[^]*num\.io\.threads/,
    );
  });

  // The last one of this suite: it ends the cluster.
  it("leaves no process, no data and no listener after stop()", async () => {
    const [broker] = kafka.brokers;
    const pid = broker?.pid ?? Number.NaN;
    expect(() => process.kill(pid, 0)).not.toThrow();
    expect(existsSync(kafka.folder)).toBe(true);
    await kafka.stop();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(existsSync(kafka.folder)).toBe(false);
    const socket = connect(broker?.port ?? 0, broker?.host);
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toBe("ECONNREFUSED");
  });
});

describeWith(["kafka", "kcat"], "the Kafka that tests share", () => {
  it("is the same one for all who ask, and works", async () => {
    const [kafka, again] = await Promise.all([realKafka(), realKafka()]);
    expect(again.clusterId).toBe(kafka.clusterId);
    const topic = uniqueName("shared");
    await produce(kafka.bootstrap, topic, lines(0, 10));
    expect(await consume(kafka.bootstrap, topic)).toBe(lines(0, 10));
  });
});
