// What goes wrong is told by Kafka's names for it, and the command line says what the admin server does.

import { OffsetCommit, Produce } from "@pagoda/kafka/protocol";
import { Producer, stringSerializers } from "@platformatic/kafka";
import type { ClientRow, EdgeRow, GroupRow, TapEvent } from "@pagoda/traffic/view";
import { afterAll, beforeAll, expect, it } from "vitest";

import { certificateFiles } from "./support/certificates.ts";
import { eventually } from "./support/eventually.ts";
import { realKafka, uniqueName } from "./support/kafka.ts";
import type { SharedKafka } from "./support/kafka.ts";
import { kafkajs, readWith } from "./support/kafkajs.ts";
import type { Reading } from "./support/kafkajs.ts";
import { scrape } from "./support/metrics.ts";
import { describeWith } from "./support/needs.ts";
import { pagoda } from "./support/pagoda.ts";
import type { PagodaProcess } from "./support/pagoda.ts";
import { RawClient } from "./support/raw-client.ts";
import { counted, edgesOf, groupOf, trafficOf } from "./support/traffic.ts";
import { createTopics, kcatProduce, lines, proxyOf } from "./support/traffic-clients.ts";

describeWith(["kafka", "kcat"], "errors of a real Kafka behind pagoda run", () => {
  const topic = uniqueName("erring");
  const group = uniqueName("erring");
  let kafka: SharedKafka;
  let proxy: PagodaProcess;
  let reading: Reading;

  beforeAll(async () => {
    kafka = await realKafka();
    [proxy] = await Promise.all([proxyOf(kafka), createTopics(kafka, topic)]);
    await kcatProduce({ bootstrap: proxy.address, clientId: "filler" }, topic, lines(30));
    reading = await readWith(kafkajs(proxy.address, "reader"), topic, group);
    await reading.has(30);
  });
  afterAll(async () => {
    await reading.consumer.disconnect();
    await proxy[Symbol.asyncDispose]();
  });

  async function clientOf(name: string): Promise<ClientRow | undefined> {
    return (await trafficOf(proxy.admin)).clients.find(({ client }) => client === name);
  }

  /** As the command line prints it. */
  async function printed(...args: readonly string[]): Promise<unknown> {
    const { code, stdout, stderr } = await pagoda([...args, "-o", "json", "--admin", proxy.admin]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    return JSON.parse(stdout) as unknown;
  }

  it("counts a topic that does not exist, where none is made", async () => {
    const producer = new Producer({
      clientId: "nowhere",
      bootstrapBrokers: [proxy.address],
      serializers: stringSerializers,
      retries: 0,
    });
    const sent = producer.send({ messages: [{ topic: uniqueName("none"), value: "lost" }] });
    await expect(sent).rejects.toThrow();
    await producer.close();
    await eventually(async () => {
      const row = await clientOf("nowhere");
      expect(row?.errors).toEqual([{ error: "UNKNOWN_TOPIC_OR_PARTITION", count: 1 }]);
      expect(row?.okShare).toBeLessThan(1);
    });
  });

  it("counts a record that is too large, and draws the edge that failed", async () => {
    const small = uniqueName("small");
    const admin = kafkajs(kafka.bootstrap).admin();
    await admin.connect();
    const configEntries = [{ name: "max.message.bytes", value: "500" }];
    await admin.createTopics({ topics: [{ topic: small, numPartitions: 1, configEntries }] });
    await admin.disconnect();
    const large = `key:${"x".repeat(2_000)}\n`;
    const client = { bootstrap: proxy.address, clientId: "too-large" };
    await expect(kcatProduce(client, small, large)).rejects.toThrow("size");
    await eventually(async () => {
      const view = await trafficOf(proxy.admin);
      expect((await clientOf("too-large"))?.errors).toEqual([{ error: "MESSAGE_TOO_LARGE", count: 1 }]);
      expect(edgesOf(view, small)).toMatchObject([{ from: "client too-large", records: 0, errorShare: 1 }]);
    });
  });

  it("counts what a client asks for that is not there, and each of its connections", async () => {
    const clients = await Promise.all([1, 2, 3].map(() => RawClient.to(proxy.address)));
    const partition = { index: 99, records: null };
    const produce = { acks: -1, timeoutMs: 1_000, topicData: [{ name: topic, partitionData: [partition] }] };
    const committed = { partitionIndex: 0, committedOffset: 5n };
    const topics = [{ name: topic, partitions: [committed] }];
    const commit = { groupId: group, memberId: "nobody", generationIdOrMemberEpoch: 1, topics };
    for (const client of clients) await client.ask(Produce, 9, produce);
    for (const client of clients.slice(1)) await client.ask(OffsetCommit, 8, commit);
    await eventually(async () => {
      const row = await clientOf("raw");
      expect(row?.errors).toEqual([
        { error: "UNKNOWN_TOPIC_OR_PARTITION", count: 3 },
        { error: "UNKNOWN_MEMBER_ID", count: 2 },
      ]);
      expect(row?.connections).toBe(3);
    });
    const sum = await scrape(proxy.admin);
    expect(sum("pagoda_response_errors_total", { error: "UNKNOWN_MEMBER_ID", api: "OffsetCommit" })).toBe(2);
    expect(sum("pagoda_group_commits_total", { group, outcome: "failure" })).toBe(2);
    const { members, rebalances } = groupOf(await trafficOf(proxy.admin), group);
    expect(members.map(({ client }) => client)).toEqual(["reader"]);
    expect(rebalances).toBe(1);
    for (const client of clients) client[Symbol.dispose]();
    await eventually(async () => expect((await clientOf("raw"))?.connections).toBe(0));
  });

  it("is printed by the command line as the admin server says it", async () => {
    await eventually(async () => {
      expect(groupOf(await trafficOf(proxy.admin), group).lag).toMatchObject({ records: 0, seconds: 0 });
    });
    const groups = (await printed("stat", "groups", "-t", "15m")) as GroupRow[];
    expect(groups).toMatchObject([{ group, state: "Stable", lag: { records: 0 }, topics: [{ topic }] }]);
    const view = await trafficOf(proxy.admin);
    const edges = (await printed("edges", "-t", "15m")) as EdgeRow[];
    const ends = ({ source, target, lastAt }: EdgeRow) => ({ source, target, lastAt });
    expect(edges.map(ends)).toEqual(view.edges.map(ends));
    const clients = (await printed("stat", "clients", "too-large", "-t", "15m")) as ClientRow[];
    expect(clients.map(({ errors }) => errors)).toEqual([[{ error: "MESSAGE_TOO_LARGE", count: 1 }]]);
  });

  it("is tapped by client: each request and answer once", async () => {
    const args = ["--client", "tapped", "--api", "Produce", "-n", "1", "-o", "json", "--records", "2"];
    const tap = pagoda(["tap", ...args, "--for", "60s", "--admin", proxy.admin]);
    await eventually(async () => {
      expect((await scrape(proxy.admin))("pagoda_tap_sessions")).toBe(1);
    });
    await kcatProduce({ bootstrap: proxy.address, clientId: "other" }, topic, lines(1));
    // All four in one request, however slowly they are read.
    const together = ["-p", "1", "-X", "linger.ms=1000"];
    await kcatProduce({ bootstrap: proxy.address, clientId: "tapped" }, topic, lines(4), ...together);
    const { code, stdout } = await tap;
    expect(code).toBe(0);
    const event = JSON.parse(stdout) as TapEvent;
    expect(event).toMatchObject({
      client: "tapped",
      api: "Produce",
      acks: -1,
      errors: [],
      topics: [{ topic, partitions: [{ partition: 1, records: 4 }] }],
      records: [{ key: "key 0" }, { key: "key 1" }],
    });
    expect(event.software).toMatch(/^librdkafka\//);
  });
});

describeWith(["kafka", "kcat"], "encrypted clients of a real Kafka behind pagoda run", () => {
  it("are told from those that are not", async () => {
    const kafka = await realKafka();
    const topic = uniqueName("encrypted");
    const { certFile, keyFile, caFile } = await certificateFiles("127.0.0.1");
    await createTopics(kafka, topic);
    await using proxy = await proxyOf(kafka, "--tls-cert", certFile, "--tls-key", keyFile);
    const settings = ["security.protocol=ssl", `ssl.ca.location=${caFile}`];
    const client = { bootstrap: proxy.address, clientId: "encrypted" };
    await kcatProduce(client, topic, lines(10), ...settings.flatMap((setting) => ["-X", setting]));
    await eventually(async () => {
      const view = await trafficOf(proxy.admin);
      const edge = { from: "client encrypted", to: `topic ${topic}`, op: "produce", records: 10 };
      expect(edgesOf(view, topic)).toEqual([{ ...edge, tls: "yes", auth: "-", errorShare: 0 }]);
      expect(view.clients).toMatchObject([{ client: "encrypted", tls: "yes", auth: "-" }]);
      expect(counted(view, view.clients[0]?.produce.recordsPerSecond ?? 0)).toBe(10);
    });
  });
});
