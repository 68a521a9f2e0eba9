// The lag that a proxy says is the lag that Kafka's own tool says.

import { Consumer, stringDeserializers } from "@platformatic/kafka";
import type { Message } from "@platformatic/kafka";
import type { Consumer as KafkajsConsumer } from "kafkajs";
import { afterAll, beforeAll, expect, it } from "vitest";

import { eventually } from "./support/eventually.ts";
import { realKafka, uniqueName } from "./support/kafka.ts";
import type { SharedKafka } from "./support/kafka.ts";
import { kafkajs } from "./support/kafkajs.ts";
import { kcat } from "./support/kcat.ts";
import { scrape } from "./support/metrics.ts";
import { describeWith } from "./support/needs.ts";
import type { PagodaProcess } from "./support/pagoda.ts";
import { groupOf, lagsByKafka, lagsOf, trafficOf } from "./support/traffic.ts";
import type { PartitionLag } from "./support/traffic.ts";
import {
  createTopics,
  javaConsume,
  kcatMember,
  kcatProduce,
  lines,
  proxyOf,
} from "./support/traffic-clients.ts";
import type { GroupProtocol } from "./support/traffic-clients.ts";

/** Records of each topic before anybody reads, those that groups commit at first, and those that come later. */
const [total, read, later] = [300, 120, 60];

/** Each is a group, and a topic of its own that it reads. */
const names = ["java-classic", "java-consumer", "rd", "kjs", "pl"] as const;
type Name = (typeof names)[number];

describeWith(["kafka", "kcat"], "lag, compared with kafka-consumer-groups", () => {
  const suffix = uniqueName("lag");
  const nameOf = (name: Name): string => `${name}-${suffix}`;
  let kafka: SharedKafka;
  let proxy: PagodaProcess;
  let kjs: KafkajsConsumer;
  let pl: Consumer<string, string, string, string>;
  const plMessages: Message<string, string, string, string>[] = [];
  const kjsOffsets: string[] = [];

  beforeAll(async () => {
    kafka = await realKafka();
    [proxy] = await Promise.all([proxyOf(kafka), createTopics(kafka, ...names.map(nameOf))]);
    await produce(total);
  });
  afterAll(async () => {
    await Promise.allSettled([kjs.disconnect(), pl.close(true)]);
    await proxy[Symbol.asyncDispose]();
  });

  async function produce(count: number, bootstrap = proxy.address): Promise<void> {
    const client = { bootstrap, clientId: "filler" };
    await Promise.all(names.map((name) => kcatProduce(client, nameOf(name), lines(count))));
  }

  async function javaReads(protocol: GroupProtocol, count: number): Promise<void> {
    const name = nameOf(`java-${protocol}`);
    const client = { bootstrap: proxy.address, clientId: name };
    await javaConsume(kafka.tools, client, { name, protocol }, name, count);
  }

  async function rdReads(...more: readonly string[]): Promise<void> {
    const name = nameOf("rd");
    await kcat([...more, ...kcatMember({ bootstrap: proxy.address, clientId: name }, name, name)]);
  }

  /** It stays, and commits what it is told to. */
  async function kjsReads(): Promise<void> {
    const groupId = nameOf("kjs");
    kjs = kafkajs(proxy.address).consumer({ groupId, maxWaitTimeInMs: 50 });
    await kjs.connect();
    await kjs.subscribe({ topics: [groupId], fromBeginning: true });
    const eachMessage = async ({ message }: { readonly message: { readonly offset: string } }) =>
      void kjsOffsets.push(message.offset);
    await kjs.run({ autoCommit: false, eachMessage });
    await eventually(() => expect(kjsOffsets).toHaveLength(total));
  }

  async function kjsCommits(...offsets: readonly number[]): Promise<void> {
    const topic = nameOf("kjs");
    await kjs.commitOffsets(
      offsets.map((offset, partition) => ({ topic, partition, offset: String(offset) })),
    );
  }

  /** It stays, too. */
  async function plReads(): Promise<void> {
    const groupId = nameOf("pl");
    pl = new Consumer({
      clientId: groupId,
      bootstrapBrokers: [proxy.address],
      groupId,
      groupProtocol: "consumer",
      deserializers: stringDeserializers,
    });
    const options = { topics: [groupId], autocommit: false, maxWaitTime: 50 };
    const stream = await pl.consume({ ...options, mode: "earliest" });
    stream.on("data", (message) => plMessages.push(message));
    await eventually(() => expect(plMessages).toHaveLength(total));
  }

  /** All that it has got up to a message. */
  async function plCommits(count: number): Promise<void> {
    const last = new Map(plMessages.slice(0, count).map((message) => [message.partition, message.offset]));
    const topic = nameOf("pl");
    const offsets = Array.from(last, ([partition, offset]) => ({
      topic,
      partition,
      offset: offset + 1n,
      leaderEpoch: -1,
    }));
    await pl.commit({ offsets });
  }

  /** What is left behind the offsets of each group, by Kafka; proxy and Kafka say the same of every partition. */
  async function agreed(): Promise<Record<Name, number>> {
    const byKafka = await lagsByKafka(kafka.tools, kafka.bootstrap, names.map(nameOf));
    const lagBy = (rows: readonly PartitionLag[]): number =>
      rows.reduce((sum, { lag }) => sum + (lag ?? 0), 0);
    await eventually(async () => {
      const view = await trafficOf(proxy.admin);
      const rows = [...byKafka.keys()].map((group) => [group, groupOf(view, group)] as const);
      expect(new Map(rows.map(([group, row]) => [group, lagsOf(row)]))).toEqual(byKafka);
      for (const [group, { lag, ambiguous }] of rows) {
        expect(ambiguous).toBeNull();
        expect(lag?.records).toBe(lagBy(byKafka.get(group) ?? []));
      }
    });
    const sum = await scrape(proxy.admin);
    const left = names.map((name) => {
      const lag = lagBy(byKafka.get(nameOf(name)) ?? []);
      const labels = { group: nameOf(name), topic: nameOf(name) };
      expect(sum("pagoda_group_lag_records", labels)).toBe(lag);
      const seconds = sum("pagoda_group_lag_seconds", labels);
      if (lag === 0) expect(seconds).toBe(0);
      else expect(seconds).toBeGreaterThan(0);
      return [name, lag] as const;
    });
    return Object.fromEntries(left) as Record<Name, number>;
  }

  async function secondsOf(): Promise<readonly (number | null | undefined)[]> {
    const view = await trafficOf(proxy.admin);
    return names.map((name) => groupOf(view, nameOf(name)).lag?.seconds);
  }

  it("agrees on groups that have read a part, of each client and both protocols", async () => {
    await Promise.all([
      javaReads("classic", read),
      javaReads("consumer", read),
      rdReads("-c", String(read)),
      kjsReads().then(() => kjsCommits(10, 0, 25)),
      plReads().then(() => plCommits(read)),
    ]);
    const left = await agreed();
    const rest = total - read;
    expect(left).toMatchObject({ "java-classic": rest, "java-consumer": rest, kjs: total - 35 });
    const view = await trafficOf(proxy.admin);
    const protocols = names.map((name) => groupOf(view, nameOf(name)).protocol);
    expect(protocols).toEqual(["classic", "consumer", "classic", "classic", "consumer"]);
  });

  it("tells how long ago what is left was written: more with every second", async () => {
    const before = await secondsOf();
    for (const seconds of before) expect(seconds).toBeGreaterThan(0);
    await eventually(async () => {
      const after = await secondsOf();
      for (const [n, seconds] of after.entries()) expect(seconds).toBeGreaterThan(before[n] ?? Infinity);
    });
  });

  it("agrees when more was produced, and an offset was set back", async () => {
    await Promise.all([produce(later), kjsCommits(5, 30, 50)]);
    const rest = total - read + later;
    const left = { "java-classic": rest, "java-consumer": rest, kjs: total - 85 + later };
    expect(await agreed()).toMatchObject(left);
  });

  it("agrees that nothing is left of groups that have caught up", async () => {
    const count = total - read + later;
    // The end of the log is known by what groups fetch, where a producer goes past the proxy.
    await produce(later, kafka.bootstrap);
    const end = total + 2 * later;
    await Promise.all([
      javaReads("classic", count + later),
      javaReads("consumer", count + later),
      rdReads("-e"),
      eventually(() => expect(kjsOffsets).toHaveLength(end)),
      eventually(() => expect(plMessages).toHaveLength(end)).then(() => plCommits(end)),
    ]);
    const { kjs: left, ...others } = await agreed();
    expect(left).toBe(end - 85);
    expect(Object.values(others)).toEqual([0, 0, 0, 0]);
    await eventually(async () => {
      const [, , , seconds, ...rest] = await secondsOf();
      expect(seconds).toBeGreaterThan(0);
      expect(rest).toEqual([0]);
    });
  });
});
