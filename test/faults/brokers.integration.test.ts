// A real broker dies, or hangs, behind the proxy.

import { Fetch, Metadata } from "@pagoda/kafka/protocol";
import { Producer, ProduceAcks, stringSerializers } from "@platformatic/kafka";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";

import type { KafkaBroker, KafkaCluster } from "../../scripts/kafka/cluster.ts";
import { startKafka } from "../../scripts/kafka/start.ts";
import { eventually } from "../support/eventually.ts";
import { uniqueName } from "../support/kafka.ts";
import { kcat } from "../support/kcat.ts";
import { scrape } from "../support/metrics.ts";
import { describeWith } from "../support/needs.ts";
import { startPagoda } from "../support/pagoda.ts";
import type { PagodaProcess } from "../support/pagoda.ts";
import { RawClient } from "../support/raw-client.ts";

describeWith(["kafka", "kcat"], "pagoda run before a real broker that", () => {
  let kafka: KafkaCluster;
  let broker: KafkaBroker;
  let proxy: PagodaProcess;

  beforeAll(async () => {
    kafka = await startKafka();
    const [first] = kafka.brokers;
    if (first === undefined) throw new Error("a cluster without brokers");
    broker = first;
  });
  afterAll(() => kafka.stop());
  beforeEach(async () => {
    proxy = await startPagoda([
      "--bootstrap",
      kafka.bootstrap,
      "--drain-timeout",
      "1s",
      "--idle-timeout",
      "4s",
    ]);
  });
  afterEach(() => proxy[Symbol.asyncDispose]());

  /** A topic with one record, and a client that waits at its end for more. */
  async function waitingClient(): Promise<{ client: RawClient; answer: Promise<unknown> }> {
    const topic = uniqueName("faults");
    await kcat(["-b", proxy.address, "-P", "-t", topic], "first\n");
    const asking = await RawClient.to(proxy.address);
    const { brokers } = await asking.ask(Metadata, 12, { topics: [] });
    asking.socket.destroy();
    const client = await RawClient.to(`127.0.0.1:${brokers[0]?.port ?? 0}`);
    const partitions = [{ partition: 0, fetchOffset: 1n, partitionMaxBytes: 1_000 }];
    const answer = client.ask(Fetch, 12, {
      replicaId: -1,
      maxWaitMs: 30_000,
      minBytes: 1,
      maxBytes: 1_000,
      topics: [{ topic, partitions }],
    });
    // Whoever does not wait for it must not end the test.
    answer.catch(() => {});
    await eventually(async () => {
      const sum = await scrape(proxy.admin);
      expect(sum("pagoda_tcp_open_connections")).toBe(2);
    });
    return { client, answer };
  }

  async function expectNothingOpen(): Promise<void> {
    await eventually(async () => {
      const sum = await scrape(proxy.admin);
      expect(sum("pagoda_tcp_open_connections")).toBe(0);
    });
  }

  it("is killed in mid-request closes its clients, and producers go on once it is back", async () => {
    const { client, answer } = await waitingClient();
    const topic = uniqueName("killed");
    const producer = new Producer({
      clientId: "test",
      bootstrapBrokers: [proxy.address],
      autocreateTopics: true,
      serializers: stringSerializers,
      retries: 200,
      retryDelay: 100,
    });
    const acknowledged: string[] = [];
    const send = async (): Promise<void> => {
      const value = `record ${acknowledged.length}`;
      await producer.send({ messages: [{ topic, value }], acks: ProduceAcks.ALL });
      acknowledged.push(value);
    };
    await send();
    const killed = broker.kill();
    const meanwhile = (async () => {
      for (let n = 0; n < 20; n++) await send();
    })();
    await killed;
    await expect(answer).rejects.toThrow("closed without an answer");
    await client.closed;
    await eventually(() => expect(JSON.stringify(proxy.log)).toMatch(/CONNECT_REFUSED|UPSTREAM_CLOSED/));
    await broker.start();
    await meanwhile;
    await producer.close(true);
    const stored = await kcat(["-b", proxy.address, "-C", "-t", topic, "-e", "-q", "-o", "beginning"]);
    const kept = new Set(stored.trimEnd().split("\n"));
    expect(acknowledged.filter((value) => !kept.has(value))).toEqual([]);
    await expectNothingOpen();
  });

  it("hangs keeps nothing of the clients that gave up, and is used again when it goes on", async () => {
    const { client } = await waitingClient();
    process.kill(broker.pid ?? 0, "SIGSTOP");
    try {
      // What the system still accepts for the broker, and nobody reads.
      const late = await RawClient.to(proxy.address);
      const unanswered = late.ask(Metadata, 12, { topics: [] });
      unanswered.catch(() => {});
      await eventually(async () => {
        const sum = await scrape(proxy.admin);
        expect(sum("pagoda_tcp_open_connections")).toBe(4);
      });
      expect((await fetch(`${proxy.admin}/live`)).status).toBe(200);
      client.socket.destroy();
      late.socket.destroy();
      await expectNothingOpen();
    } finally {
      process.kill(broker.pid ?? 0, "SIGCONT");
    }
    const after = await RawClient.to(proxy.address);
    const { brokers } = await after.ask(Metadata, 12, { topics: [] });
    expect(brokers).toHaveLength(1);
    after.socket.destroy();
  });

  it("hangs does not keep the proxy from ending in time", async () => {
    const { client } = await waitingClient();
    process.kill(broker.pid ?? 0, "SIGSTOP");
    try {
      proxy.signal("SIGTERM");
      expect(await proxy.exited).toBe(0);
      await client.closed;
    } finally {
      process.kill(broker.pid ?? 0, "SIGCONT");
    }
  });
});
