// Two processes serve the clients; what they say together is what one would.

import { afterAll, beforeAll, expect, it } from "vitest";

import { eventually } from "./support/eventually.ts";
import { realKafka, uniqueName } from "./support/kafka.ts";
import type { SharedKafka } from "./support/kafka.ts";
import { kafkajs, readWith } from "./support/kafkajs.ts";
import type { Reading } from "./support/kafkajs.ts";
import { kcat } from "./support/kcat.ts";
import { scrape } from "./support/metrics.ts";
import { describeWith } from "./support/needs.ts";
import type { PagodaProcess } from "./support/pagoda.ts";
import { counted, edgesOf, groupOf, lagsByKafka, lagsOf, trafficOf } from "./support/traffic.ts";
import { createTopics, kcatMember, kcatProduce, lines, proxyOf } from "./support/traffic-clients.ts";

const [producers, each] = [4, 50];
const all = producers * each;

describeWith(["kafka", "kcat"], "a real Kafka behind pagoda run --workers 2", () => {
  const topic = uniqueName("shared-out");
  const [rd, kjs] = [`${topic}-rd`, `${topic}-kjs`];
  let kafka: SharedKafka;
  let proxy: PagodaProcess;
  let readings: readonly Reading[] = [];

  beforeAll(async () => {
    kafka = await realKafka();
    [proxy] = await Promise.all([proxyOf(kafka, "--workers", "2"), createTopics(kafka, topic)]);
    const bootstrap = proxy.address;
    readings = await Promise.all(
      ["kjs-one", "kjs-two"].map((clientId) => readWith(kafkajs(bootstrap, clientId), topic, kjs)),
    );
    // Before there is anything to read: a member that joins later would have records read again.
    await eventually(() => {
      expect(new Set(readings.map(({ partitions }) => partitions.length))).toEqual(new Set([1, 2]));
    });
    await Promise.all(
      Array.from({ length: producers }, () =>
        kcatProduce({ bootstrap, clientId: "rd-producer" }, topic, lines(each)),
      ),
    );
    await kcat(["-e", ...kcatMember({ bootstrap, clientId: "rd-reader" }, rd, topic)]);
    await eventually(() => expect(readings.flatMap(({ values }) => values)).toHaveLength(all));
  });
  afterAll(async () => {
    await Promise.all(readings.map(({ consumer }) => consumer.disconnect()));
    await proxy[Symbol.asyncDispose]();
  });

  it("adds up what both have seen", async () => {
    await eventually(async () => {
      const view = await trafficOf(proxy.admin);
      const row = view.topics.find((one) => one.topic === topic);
      expect(counted(view, row?.produce.recordsPerSecond ?? 0)).toBe(all);
      expect(counted(view, row?.fetch.recordsPerSecond ?? 0)).toBe(2 * all);
      const client = view.clients.find((one) => one.client === "rd-producer");
      expect(counted(view, client?.produce.recordsPerSecond ?? 0)).toBe(all);
    });
    const sum = await scrape(proxy.admin);
    expect(sum("pagoda_topic_records_total", { topic, op: "produce" })).toBe(all);
    expect(sum("pagoda_topic_records_total", { topic, op: "fetch" })).toBe(2 * all);
  });

  it("has the edges that one process would have", async () => {
    await eventually(async () => {
      const edges = edgesOf(await trafficOf(proxy.admin), topic);
      expect(edges.map(({ from, to, records }) => ({ from, to, records }))).toEqual([
        { from: "client rd-producer", to: `topic ${topic}`, records: all },
        { from: `topic ${topic}`, to: `group ${kjs}`, records: all },
        { from: `topic ${topic}`, to: `group ${rd}`, records: all },
      ]);
    });
  });

  it("has the members and the lag of groups whose members are spread over both", async () => {
    await Promise.all(
      readings.map(({ consumer, partitions }) =>
        consumer.commitOffsets(partitions.map((partition) => ({ topic, partition, offset: "7" }))),
      ),
    );
    const byKafka = await lagsByKafka(kafka.tools, kafka.bootstrap, [rd, kjs]);
    await eventually(async () => {
      const view = await trafficOf(proxy.admin);
      expect(groupOf(view, kjs)).toMatchObject({ state: "Stable", lag: { records: all - 21 } });
      const members = groupOf(view, kjs).members.map(({ client }) => client);
      expect(members.toSorted()).toEqual(["kjs-one", "kjs-two"]);
      for (const group of [rd, kjs]) expect(lagsOf(groupOf(view, group))).toEqual(byKafka.get(group));
    });
    const sum = await scrape(proxy.admin);
    expect(sum("pagoda_group_lag_records", { group: kjs })).toBe(all - 21);
    expect(sum("pagoda_group_members", { group: kjs })).toBe(2);
  });
});
