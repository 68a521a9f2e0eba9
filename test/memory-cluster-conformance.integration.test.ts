// The same clients, the same assertions: on the in-memory cluster and on a real Kafka.

import {
  Admin,
  Consumer,
  Producer,
  ProduceAcks,
  stringDeserializers,
  stringSerializers,
} from "@platformatic/kafka";
import { CompressionTypes } from "kafkajs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startCluster } from "../packages/kafka/src/testing/index.ts";
import { install } from "../scripts/kafka/installation.ts";
import { openKafkaTools } from "../scripts/kafka/tools.ts";
import { eventually } from "./support/eventually.ts";
import { realKafka, uniqueName } from "./support/kafka.ts";
import { kafkajs, readWith } from "./support/kafkajs.ts";
import { kcat } from "./support/kcat.ts";
import { describeWith } from "./support/needs.ts";
import type { Need } from "./support/needs.ts";

interface Target {
  readonly name: string;
  readonly needs: readonly Need[];
  readonly open: () => Promise<{ readonly bootstrap: string; readonly close: () => Promise<void> }>;
}

const targets: readonly Target[] = [
  { name: "on the in-memory cluster", needs: [], open: () => startCluster({ brokers: 3 }) },
  {
    name: "on a real Kafka",
    needs: ["kafka"],
    open: async () => ({ bootstrap: (await realKafka()).bootstrap, close: async () => {} }),
  },
];

const values = Array.from({ length: 1_000 }, (_, n) => `${n} ${"x".repeat(n % 300)} é`);

for (const { name, needs, open } of targets) {
  describeWith(needs, name, () => {
    let bootstrap = "";
    let close: () => Promise<void>;
    beforeAll(async () => {
      ({ bootstrap, close } = await open());
    });
    afterAll(() => close());

    /** Makes a topic, and answers its name. */
    async function newTopic(numPartitions = 1): Promise<string> {
      const topic = uniqueName("topic");
      const admin = kafkajs(bootstrap).admin();
      await admin.connect();
      await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true });
      await admin.disconnect();
      return topic;
    }

    describeWith(["kcat"], "kcat", () => {
      it.each(["none", "gzip", "snappy", "lz4", "zstd"])(
        "reads back what it wrote with %s",
        async (codec) => {
          const topic = await newTopic();
          const input = values.map((value) => `${value}\n`).join("");
          await kcat(["-b", bootstrap, "-P", "-t", topic, "-z", codec, "-X", "acks=all"], input);
          expect(await kcat(["-b", bootstrap, "-C", "-t", topic, "-e", "-q"])).toBe(input);
        },
      );

      it("writes as an idempotent producer", async () => {
        const topic = await newTopic();
        const input = values.map((value) => `${value}\n`).join("");
        await kcat(["-b", bootstrap, "-P", "-t", topic, "-X", "enable.idempotence=true"], input);
        expect(await kcat(["-b", bootstrap, "-C", "-t", topic, "-e", "-q"])).toBe(input);
      });

      it("goes on where its group left off", async () => {
        const topic = await newTopic();
        const group = uniqueName("group");
        const consume = [
          "-b",
          bootstrap,
          "-G",
          group,
          "-X",
          "auto.offset.reset=earliest",
          "-c",
          "2",
          "-q",
          topic,
        ];
        await kcat(["-b", bootstrap, "-P", "-t", topic], "a\nb\nc\nd\n");
        expect(await kcat(consume)).toBe("a\nb\n");
        expect(await kcat(consume)).toBe("c\nd\n");
      });

      it("finds a record by its time", async () => {
        const topic = await newTopic();
        await kcat(["-b", bootstrap, "-P", "-t", topic], "a\n");
        const found = await kcat(["-b", bootstrap, "-Q", "-t", `${topic}:0:1000`]);
        expect(found).toBe(`${topic} [0] offset 0\n`);
      });
    });

    describeWith(["kafka"], "Kafka's own tools", () => {
      it("make a topic, write, read in a group, and tell how far the group has come", async () => {
        const tools = openKafkaTools(await install(() => {}));
        const server = ["--bootstrap-server", bootstrap];
        const topic = uniqueName("topic");
        const group = uniqueName("group");
        await tools.run("topics", [...server, "--create", "--topic", topic, "--partitions", "1"]);
        await tools.run("console-producer", [...server, "--topic", topic], { input: "a\nb\nc\n" });
        const read = ["--topic", topic, "--from-beginning", "--max-messages", "3", "--group", group];
        expect(await tools.run("console-consumer", [...server, ...read])).toBe("a\nb\nc\n");
        const described = await tools.run("consumer-groups", [...server, "--describe", "--group", group]);
        const row = described.split("\n").find((line) => line.startsWith(group));
        expect(row?.split(/\s+/).slice(0, 6)).toEqual([group, topic, "0", "3", "3", "0"]);
        await tools.run("topics", [...server, "--delete", "--topic", topic]);
      });
    });

    describe("kafkajs", () => {
      it.each([
        ["nothing", CompressionTypes.None],
        ["gzip", CompressionTypes.GZIP],
      ])("reads back what it wrote, compressed with %s", async (_, compression) => {
        const topic = await newTopic();
        const kafka = kafkajs(bootstrap);
        const producer = kafka.producer();
        await producer.connect();
        await producer.send({ topic, compression, messages: values.map((value) => ({ value })) });
        await producer.disconnect();
        const reading = await readWith(kafka, topic, uniqueName("group"));
        await reading.has(values.length);
        await reading.consumer.disconnect();
        expect(reading.values).toEqual(values);
      });

      it("writes as an idempotent producer", async () => {
        const topic = await newTopic();
        const producer = kafkajs(bootstrap).producer({ idempotent: true, maxInFlightRequests: 1 });
        await producer.connect();
        for (const value of ["a", "b", "c"]) await producer.send({ topic, messages: [{ value }] });
        await producer.disconnect();
        const reading = await readWith(kafkajs(bootstrap), topic, uniqueName("group"));
        await reading.has(3);
        await reading.consumer.disconnect();
        expect(reading.values).toEqual(["a", "b", "c"]);
      });

      it("shares partitions among the members of a group, and gives them to who is left", async () => {
        const topic = await newTopic(4);
        const groupId = uniqueName("group");
        const kafka = kafkajs(bootstrap);
        const one = await readWith(kafka, topic, groupId);
        await eventually(() => expect(one.partitions).toHaveLength(4));
        const other = await readWith(kafka, topic, groupId);
        await eventually(() => {
          expect([...one.partitions, ...other.partitions].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
          expect(other.partitions).toHaveLength(2);
        });
        const producer = kafka.producer();
        await producer.connect();
        const send = (value: string) =>
          producer.send({ topic, messages: [0, 1, 2, 3].map((partition) => ({ partition, value })) });
        await send("shared");
        await Promise.all([one.has(2), other.has(2)]);
        await other.consumer.disconnect();
        await eventually(() => expect(one.partitions).toHaveLength(4));
        await send("alone");
        await one.has(6);
        await producer.disconnect();
        await one.consumer.disconnect();
        expect(one.values.filter((value) => value === "alone")).toHaveLength(4);
      });

      it("goes on where its group left off", async () => {
        const topic = await newTopic();
        const groupId = uniqueName("group");
        const kafka = kafkajs(bootstrap);
        const producer = kafka.producer();
        await producer.connect();
        await producer.send({ topic, messages: [{ value: "a" }, { value: "b" }] });
        const first = await readWith(kafka, topic, groupId);
        await first.has(2);
        await first.consumer.disconnect();
        await producer.send({ topic, messages: [{ value: "c" }] });
        const second = await readWith(kafka, topic, groupId);
        await second.has(1);
        await second.consumer.disconnect();
        await producer.disconnect();
        expect(second.values).toEqual(["c"]);
        const admin = kafka.admin();
        await admin.connect();
        const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
        expect(offsets?.partitions.map(({ partition, offset }) => [partition, offset])).toEqual([[0, "3"]]);
        const { groups } = await admin.describeGroups([groupId]);
        expect(groups[0]).toMatchObject({ groupId, state: "Empty", members: [] });
        await admin.deleteGroups([groupId]);
        expect((await admin.listGroups()).groups.map((group) => group.groupId)).not.toContain(groupId);
        await admin.disconnect();
      });

      it("administers topics", async () => {
        const admin = kafkajs(bootstrap).admin();
        await admin.connect();
        const topic = await newTopic(2);
        expect(await admin.listTopics()).toContain(topic);
        expect(await admin.createTopics({ topics: [{ topic }] })).toBe(false);
        await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
        await eventually(async () => expect(await admin.fetchTopicOffsets(topic)).toHaveLength(3));
        await admin.deleteTopics({ topics: [topic] });
        await eventually(async () => expect(await admin.listTopics()).not.toContain(topic));
        await admin.disconnect();
      });
    });

    describe("@platformatic/kafka", () => {
      const base = () => ({ clientId: "test", bootstrapBrokers: bootstrap.split(",") });

      async function read(topic: string, count: number, groupId: string, mode: "earliest" | "committed") {
        const consumer = new Consumer({
          ...base(),
          groupId,
          deserializers: stringDeserializers,
          maxWaitTime: 50,
        });
        const read: string[] = [];
        const stream = await consumer.consume({
          topics: [topic],
          mode,
          fallbackMode: "earliest",
          autocommit: false,
        });
        for await (const message of stream) {
          read.push(message.value);
          await message.commit();
          if (read.length >= count) break;
        }
        await consumer.close(true);
        return read;
      }

      it.each(["none", "gzip", "snappy", "lz4", "zstd"] as const)(
        "reads back what it wrote with %s",
        async (compression) => {
          const topic = await newTopic();
          const producer = new Producer({ ...base(), serializers: stringSerializers, compression });
          const messages = values.map((value) => ({ topic, value }));
          await producer.send({ messages, acks: ProduceAcks.ALL });
          await producer.close();
          const consumer = new Consumer({
            ...base(),
            groupId: uniqueName("group"),
            deserializers: stringDeserializers,
            maxWaitTime: 50,
          });
          const got: string[] = [];
          for await (const { value } of await consumer.consume({ topics: [topic], mode: "earliest" })) {
            got.push(value);
            if (got.length >= values.length) break;
          }
          await consumer.close(true);
          expect(got).toEqual(values);
        },
      );

      it("writes as an idempotent producer, and goes on where its group left off", async () => {
        const topic = await newTopic();
        const groupId = uniqueName("group");
        const producer = new Producer({ ...base(), serializers: stringSerializers, idempotent: true });
        for (const value of ["a", "b", "c", "d"]) await producer.send({ messages: [{ topic, value }] });
        await producer.close();
        expect(await read(topic, 2, groupId, "committed")).toEqual(["a", "b"]);
        expect(await read(topic, 2, groupId, "committed")).toEqual(["c", "d"]);
      });

      it("administers topics and groups", async () => {
        const admin = new Admin(base());
        const topic = uniqueName("topic");
        const [created] = await admin.createTopics({ topics: [topic], partitions: 2, replicas: 1 });
        expect(created).toMatchObject({ name: topic, partitions: 2 });
        await eventually(async () => expect(await admin.listTopics()).toContain(topic));
        await admin.deleteTopics({ topics: [topic] });
        await eventually(async () => expect(await admin.listTopics()).not.toContain(topic));
        await admin.close();
      });
    });
  });
}
