// Producers: every level of acknowledgement, every compression, idempotence.

import { ProduceAcks, Producer, stringSerializers } from "@platformatic/kafka";
import { CompressionTypes } from "kafkajs";

import { kafkajs as kafkajsClient } from "../support/kafkajs.ts";
import { kcat as runKcat } from "../support/kcat.ts";
import { javaOn, linesOf } from "./java.ts";
import { forEachOf, newTopic, platformaticBase } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";
import { storedIn } from "./stored.ts";

const count = 50;
const records = Array.from({ length: count }, (_, n) => ({ key: `k${n}`, value: `v${n} ${"é".repeat(n)}` }));
const stored = records.map(({ key, value }) => `${key}=${value}`);
const withHeader = stored.map((record) => `${record} [trace=1]`);

const plain = { compression: ["none"], idempotent: false };
const compressed = (codec: string) => ({ compression: [codec], idempotent: false });

export const kcat: Scenario = {
  run: async (route) => {
    const settings = {
      "acks 0": ["-X", "acks=0"],
      "acks 1": ["-X", "acks=1"],
      "acks all": ["-X", "acks=all"],
      gzip: ["-z", "gzip"],
      snappy: ["-z", "snappy"],
      lz4: ["-z", "lz4"],
      zstd: ["-z", "zstd"],
      idempotent: ["-X", "enable.idempotence=true"],
    };
    const input = records.map(({ key, value }) => `${key}:${value}\n`).join("");
    return forEachOf(settings, async (args, name) => {
      const topic = await newTopic(route, name.replace(" ", "-"));
      // All in one batch: one that does not get smaller is not compressed.
      const produce = ["-P", "-t", topic, "-K:", "-H", "trace=1", "-X", "linger.ms=500"];
      await runKcat(["-b", route.bootstrap, ...produce, ...args], input);
      const read = ["-C", "-t", topic, "-q", "-c", String(count), "-o", "beginning", "-f", "%o %k=%s\n"];
      return {
        ...(await storedIn(route.bootstrap, topic, count)),
        read: linesOf(await runKcat(["-b", route.bootstrap, ...read])),
        end: await runKcat(["-b", route.bootstrap, "-Q", "-t", `${topic}:0:-1`]),
      };
    });
  },
  sees: {
    "acks 0": { ...plain, records: withHeader, end: `acks-0-~ [0] offset ${count}\n` },
    "acks 1": { ...plain, records: withHeader },
    "acks all": { ...plain, records: withHeader, read: stored.map((record, n) => `${n} ${record}`) },
    gzip: { ...compressed("gzip"), records: withHeader },
    snappy: { ...compressed("snappy"), records: withHeader },
    lz4: { ...compressed("lz4"), records: withHeader },
    zstd: { ...compressed("zstd"), records: withHeader, end: `zstd-~ [0] offset ${count}\n` },
    idempotent: { compression: ["none"], idempotent: true, records: withHeader },
  },
};

export const java: Scenario = {
  needs: "kafka",
  run: async (route) => {
    const run = javaOn(route);
    const input = records.map(({ key, value }) => `${key}\t${value}\n`).join("");
    const settings = { "acks 0": "none --command-property acks=0", zstd: "zstd", lz4: "lz4" };
    return forEachOf(settings, async (codec, name) => {
      const topic = await newTopic(route, name.replace(" ", "-"));
      const args = `--topic ${topic} --reader-property parse.key=true --compression-codec ${codec}`;
      await run("console-producer", args, input);
      return storedIn(route.bootstrap, topic, count);
    });
  },
  sees: {
    "acks 0": { ...plain, records: stored },
    // A Java producer is idempotent where nothing forbids it.
    zstd: { compression: ["zstd"], idempotent: true, records: stored },
    lz4: { compression: ["lz4"], idempotent: true, records: stored },
  },
};

export const kafkajs: Scenario = {
  run: async (route) => {
    const settings = {
      "acks 0": { acks: 0 },
      "acks 1": { acks: 1 },
      "acks all": { acks: -1 },
      gzip: { compression: CompressionTypes.GZIP },
      idempotent: {},
    };
    const kafka = kafkajsClient(route.bootstrap);
    return forEachOf(settings, async (options, name) => {
      const topic = await newTopic(route, name.replace(" ", "-"));
      const idempotent = name === "idempotent";
      const producer = kafka.producer({ idempotent, ...(idempotent && { maxInFlightRequests: 1 }) });
      await producer.connect();
      const half = count / 2;
      const first = await producer.send({ topic, messages: records.slice(0, half), ...options });
      const second = await producer.send({ topic, messages: records.slice(half), ...options });
      // What was not acknowledged is on its way until the connection ends.
      const was = await storedIn(route.bootstrap, topic, count);
      await producer.disconnect();
      const offsets = [...first, ...second].map(({ errorCode, baseOffset }) => ({ errorCode, baseOffset }));
      return { ...was, offsets };
    });
  },
  sees: {
    "acks 0": { ...plain, records: stored, offsets: [] },
    "acks 1": { ...plain, records: stored },
    "acks all": {
      ...plain,
      records: stored,
      offsets: [
        { errorCode: 0, baseOffset: "0" },
        { errorCode: 0, baseOffset: "25" },
      ],
    },
    gzip: { ...compressed("gzip"), records: stored },
    idempotent: { compression: ["none"], idempotent: true, records: stored },
  },
};

export const platformatic: Scenario = {
  run: async (route) => {
    const settings = {
      "acks 0": { acks: ProduceAcks.NO_RESPONSE },
      "acks 1": { acks: ProduceAcks.LEADER },
      "acks all": { acks: ProduceAcks.ALL },
      gzip: { compression: "gzip" },
      snappy: { compression: "snappy" },
      lz4: { compression: "lz4" },
      zstd: { compression: "zstd" },
      idempotent: { idempotent: true, acks: ProduceAcks.ALL },
    } as const;
    const base = { ...platformaticBase(route), serializers: stringSerializers };
    return forEachOf<(typeof settings)[keyof typeof settings], unknown>(settings, async (options, name) => {
      const topic = await newTopic(route, name.replace(" ", "-"));
      const producer = new Producer({ ...base, ...options });
      const { offsets = [] } = await producer.send({ messages: records.map((each) => ({ topic, ...each })) });
      const was = await storedIn(route.bootstrap, topic, count);
      await producer.close();
      return { ...was, offsets: offsets.map(({ topic, offset }) => ({ topic, offset: Number(offset) })) };
    });
  },
  sees: {
    "acks 0": { ...plain, records: stored },
    "acks 1": { ...plain, records: stored },
    "acks all": { ...plain, records: stored, offsets: [{ topic: "acks-all-~", offset: 0 }] },
    gzip: { ...compressed("gzip"), records: stored },
    snappy: { ...compressed("snappy"), records: stored },
    lz4: { ...compressed("lz4"), records: stored },
    zstd: { ...compressed("zstd"), records: stored },
    idempotent: { compression: ["none"], idempotent: true, records: stored },
  },
};
