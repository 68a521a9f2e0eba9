// What the admin server says of three unmodified clients is what they did.

import { readFileSync } from "node:fs";

import { Consumer, Producer, ProduceAcks, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { Kafka, logLevel } from "kafkajs";
import type { TrafficView } from "@pagoda/traffic/view";
import { afterAll, beforeAll, expect, it } from "vitest";

import { kafkaVersion } from "../scripts/kafka/version.ts";
import { eventually } from "./support/eventually.ts";
import { realKafka, uniqueName } from "./support/kafka.ts";
import type { SharedKafka } from "./support/kafka.ts";
import { kcat } from "./support/kcat.ts";
import { readWith } from "./support/kafkajs.ts";
import { scrape } from "./support/metrics.ts";
import { describeWith } from "./support/needs.ts";
import type { PagodaProcess } from "./support/pagoda.ts";
import { counted, edgesOf, trafficOf } from "./support/traffic.ts";
import {
  createTopics,
  javaConsume,
  javaProduce,
  kcatMember,
  kcatProduce,
  lines,
  proxyOf,
} from "./support/traffic-clients.ts";

/** Records that each produces. */
const records = { rd: 300, java: 200, kjs: 100, pl: 50 } as const;
const all = Object.values(records).reduce((sum, count) => sum + count, 0);

describeWith(["kafka", "kcat"], "the traffic of three languages' clients", () => {
  const topic = uniqueName("orders");
  const group = (name: string): string => `${topic}-${name}`;
  let kafka: SharedKafka;
  let proxy: PagodaProcess;

  beforeAll(async () => {
    kafka = await realKafka();
    const [started] = await Promise.all([proxyOf(kafka), createTopics(kafka, topic)]);
    proxy = started;
    await produceAll();
    await consumeAll();
    const doneAt = Date.now();
    // A view is of up to a second ago.
    await eventually(async () => {
      const { at, totals } = await trafficOf(proxy.admin);
      expect({ isLater: at > doneAt, connections: totals.connections }).toEqual({
        isLater: true,
        connections: 0,
      });
    });
  });
  afterAll(() => proxy[Symbol.asyncDispose]());

  async function produceAll(): Promise<void> {
    const bootstrap = proxy.address;
    const kjs = new Kafka({ clientId: "kjs-producer", brokers: [bootstrap], logLevel: logLevel.NOTHING });
    const kjsProducer = kjs.producer();
    const plProducer = new Producer({
      clientId: "pl-producer",
      bootstrapBrokers: [bootstrap],
      serializers: stringSerializers,
    });
    const messages = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ topic, key: `key ${n}`, value: `value ${n}` }));
    await Promise.all([
      kcatProduce({ bootstrap, clientId: "rd-producer" }, topic, lines(records.rd)),
      javaProduce(kafka.tools, { bootstrap, clientId: "java-producer" }, topic, lines(records.java)),
      (async () => {
        await kjsProducer.connect();
        await kjsProducer.send({ topic, messages: messages(records.kjs) });
        await kjsProducer.disconnect();
      })(),
      (async () => {
        await plProducer.send({ messages: messages(records.pl), acks: ProduceAcks.ALL });
        await plProducer.close();
      })(),
    ]);
  }

  async function consumeAll(): Promise<void> {
    const bootstrap = proxy.address;
    const java = async (protocol: "classic" | "consumer"): Promise<void> => {
      const client = { bootstrap, clientId: `java-${protocol}` };
      await javaConsume(kafka.tools, client, { name: group(`java-${protocol}`), protocol }, topic, all);
    };
    await Promise.all([
      kcat(["-e", ...kcatMember({ bootstrap, clientId: "rd-reader" }, group("rd"), topic)]),
      java("classic"),
      java("consumer"),
      (async () => {
        const kjs = new Kafka({ clientId: "kjs-reader", brokers: [bootstrap], logLevel: logLevel.NOTHING });
        const reading = await readWith(kjs, topic, group("kjs"));
        await reading.has(all);
        await reading.consumer.disconnect();
      })(),
      readWithPlatformatic("classic"),
      readWithPlatformatic("consumer"),
    ]);
  }

  async function readWithPlatformatic(groupProtocol: "classic" | "consumer"): Promise<void> {
    const consumer = new Consumer({
      clientId: `pl-${groupProtocol}`,
      bootstrapBrokers: [proxy.address],
      groupId: group(`pl-${groupProtocol}`),
      groupProtocol,
      deserializers: stringDeserializers,
    });
    const stream = await consumer.consume({ topics: [topic], mode: "earliest", maxWaitTime: 50 });
    let received = 0;
    for await (const message of stream) {
      await message.commit();
      if (++received === all) break;
    }
    await consumer.close(true);
  }

  /** Java's newer consumer at times asks for records that it has already got, and drops them. */
  function fetchedAgain(view: TrafficView): number {
    const to = `group ${group("java-consumer")}`;
    return edgesOf(view, topic).find((edge) => edge.to === to)?.records ?? 0;
  }

  it("has an edge for each client and group, with every record that they produced and read", async () => {
    const plain = { tls: "no", auth: "-", errorShare: 0 };
    const produce = (client: string, count: number) => ({
      from: `client ${client}`,
      to: `topic ${topic}`,
      op: "produce",
      records: count,
      ...plain,
    });
    const fetch = (name: string) => ({
      from: `topic ${topic}`,
      to: `group ${group(name)}`,
      op: "fetch",
      records: all,
      ...plain,
    });
    const view = await trafficOf(proxy.admin);
    expect(edgesOf(view, topic)).toEqual([
      produce("java-producer", records.java),
      produce("kjs-producer", records.kjs),
      produce("pl-producer", records.pl),
      produce("rd-producer", records.rd),
      fetch("java-classic"),
      { ...fetch("java-consumer"), records: fetchedAgain(view) },
      fetch("kjs"),
      fetch("pl-classic"),
      fetch("pl-consumer"),
      fetch("rd"),
    ]);
    expect(fetchedAgain(view)).toBeGreaterThanOrEqual(all);
  });

  it("has names for topics that are fetched by id alone", async () => {
    const { apis, topics } = await trafficOf(proxy.admin);
    const fetches = apis.find(({ api, client }) => api === "Fetch" && client === "java-consumer");
    // From version 13 on a Fetch says ids (KIP-516).
    expect(Math.min(...(fetches?.versions ?? [0]))).toBeGreaterThanOrEqual(13);
    expect(topics.map((each) => each.topic)).toEqual([topic]);
  });

  it("counts the same by topic, and on the page of metrics", async () => {
    const view = await trafficOf(proxy.admin);
    const row = view.topics.find((each) => each.topic === topic);
    expect(counted(view, row?.produce.recordsPerSecond ?? 0)).toBe(all);
    const fetched = 5 * all + fetchedAgain(view);
    expect(counted(view, row?.fetch.recordsPerSecond ?? 0)).toBe(fetched);
    expect(row).toMatchObject({ partitions: 3, okShare: 1, errors: [] });
    const sum = await scrape(proxy.admin);
    expect(sum("pagoda_topic_records_total", { topic, op: "produce" })).toBe(all);
    expect(sum("pagoda_topic_records_total", { topic, op: "fetch" })).toBe(fetched);
  });

  it("knows each client by the software that it says it is, and what it moved", async () => {
    const view = await trafficOf(proxy.admin);
    const said = (name: string) => {
      const row = view.clients.find(({ client }) => client === name);
      return row === undefined
        ? undefined
        : {
            software: row.software,
            produced: counted(view, row.produce.recordsPerSecond),
            fetched: counted(view, row.fetch.recordsPerSecond),
            connections: row.connections,
          };
    };
    const [, librdkafka = ""] = /librdkafka ([\d.]+)/.exec(await kcat(["-V"])) ?? [];
    const rd = [`librdkafka/${librdkafka}`];
    const java = [`apache-kafka-java/${kafkaVersion}`];
    const pl = [`platformatic-kafka/${versionOf("@platformatic/kafka")}`];
    const gone = { connections: 0 };
    expect(said("rd-producer")).toEqual({ software: rd, produced: records.rd, fetched: 0, ...gone });
    expect(said("rd-reader")).toEqual({ software: rd, produced: 0, fetched: all, ...gone });
    expect(said("java-producer")).toEqual({ software: java, produced: records.java, fetched: 0, ...gone });
    expect(said("java-classic")).toEqual({ software: java, produced: 0, fetched: all, ...gone });
    expect(said("java-consumer")).toMatchObject({ software: java, fetched: fetchedAgain(view), ...gone });
    expect(said("pl-classic")).toEqual({ software: pl, produced: 0, fetched: all, ...gone });
    expect(said("pl-producer")).toEqual({ software: pl, produced: records.pl, fetched: 0, ...gone });
    expect(said("kjs-reader")).toEqual({ software: [], produced: 0, fetched: all, ...gone });
    // kafkajs does not say what it is.
    expect(said("kjs-producer")).toEqual({ software: [], produced: records.kjs, fetched: 0, ...gone });
  });
});

function versionOf(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
