// Each problem that the proxy finds, raised by clients that have it.

import { Metadata } from "@pagoda/kafka/protocol";
import type { Problem, ProblemKind } from "@pagoda/traffic/view";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { eventually } from "./support/eventually.ts";
import { kcat } from "./support/kcat.ts";
import { readWith } from "./support/kafkajs.ts";
import { describeWith } from "./support/needs.ts";
import { RawClient } from "./support/raw-client.ts";
import { kafkajsOf, messages, startTimedProxy, topic } from "./support/timed-proxy.ts";
import type { TimedProxy } from "./support/timed-proxy.ts";

let proxy: TimedProxy;
let closing: AsyncDisposableStack;

beforeEach(async () => {
  closing = new AsyncDisposableStack();
  proxy = closing.use(await startTimedProxy());
});
afterEach(() => closing.disposeAsync());

/** The counts of one client. */
function clientOf(name: string) {
  const found = proxy.state().clients.find(({ client }) => client === name);
  if (found === undefined) throw new Error(`${name} has not been seen`);
  return found;
}

/** One problem, and no other. */
async function expectOnly(
  kind: ProblemKind,
  expected: Pick<Problem, "subject"> & { readonly summary: RegExp; readonly advice: string },
  severity: Problem["severity"] = "warning",
): Promise<void> {
  const { subject, summary, advice } = expected;
  expect(await proxy.problems()).toEqual([
    {
      kind,
      severity,
      listener: "main",
      subject,
      summary: expect.stringMatching(summary) as string,
      advice: expect.stringContaining(advice) as string,
      since: expect.any(Number) as number,
    },
  ]);
}

describe("a client of kafkajs", () => {
  const subject = { kind: "client", name: "app" } as const;

  it("that sends each record alone has tiny-batches", async () => {
    const send = await proxy.sender("app");
    await proxy.pass(20, () => Promise.all(messages(12).map((one) => send({ messages: [one] }))));
    await expectOnly("tiny-batches", {
      subject,
      summary: /^1 record in each batch, 240 batches in 20s$/,
      advice: "linger.ms",
    });
  });

  it("that sends much uncompressed has no-compression", async () => {
    const send = await proxy.sender("app");
    await proxy.pass(20, () => send({ messages: messages(100, 4_000) }));
    await expectOnly("no-compression", {
      subject,
      summary: /^7\.\dMiB uncompressed in 20s, 100% of batches$/,
      advice: "compression.type",
    });
  });

  it("that wants no acknowledgements has acks-0", async () => {
    const send = await proxy.sender("app");
    let sent = 0;
    await proxy.pass(15, async () => {
      await send({ messages: messages(1), acks: 0 });
      sent += 1;
      // Nobody tells when it has arrived.
      await eventually(() => expect(clientOf("app").unacknowledged).toBe(sent));
    });
    await expectOnly("acks-0", {
      subject,
      summary: /^15 Produce requests with acks=0 in 15s$/,
      advice: "acks",
    });
  });

  it("that asks for metadata over and over has metadata-storm", async () => {
    const admin = kafkajsOf(proxy.address, "app").admin();
    await admin.connect();
    closing.defer(() => admin.disconnect());
    await proxy.pass(30, async () => {
      for (let n = 0; n < 20; n++) await admin.listTopics();
    });
    await expectOnly("metadata-storm", {
      subject,
      summary: /^\d+ Metadata requests in 30s, \d+ a connection$/,
      advice: "metadata.max.age.ms",
    });
  });

  it("that is made anew for each message has reconnect-loop", async () => {
    await proxy.pass(20, async () => {
      for (let n = 0; n < 3; n++) {
        const producer = kafkajsOf(proxy.address, "app").producer();
        await producer.connect();
        await producer.disconnect();
      }
    });
    await expectOnly(
      "reconnect-loop",
      { subject, summary: /^60 connections opened in 20s, [01] open$/, advice: "Keep one client" },
      "critical",
    );
  });

  it("that reads without waiting has empty-fetches", async () => {
    const kafka = kafkajsOf(proxy.address, "app");
    const reading = await readWith(kafka, topic, "readers", { maxWaitTimeInMs: 1 });
    closing.defer(() => reading.consumer.disconnect());
    let wanted = 0;
    await proxy.pass(15, () => {
      wanted += 70;
      return eventually(() => expect(clientOf("app").emptyFetches).toBeGreaterThan(wanted));
    });
    await expectOnly("empty-fetches", {
      subject,
      summary: /^\d+ empty fetches a second, of \d+ fetches$/,
      advice: "fetch.max.wait.ms",
    });
  });

  it("that commits after each record has commit-per-record", async () => {
    const consumer = kafkajsOf(proxy.address, "app").consumer({ groupId: "readers", maxWaitTimeInMs: 20 });
    await consumer.connect();
    closing.defer(() => consumer.disconnect());
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ autoCommitThreshold: 1, eachMessage: () => Promise.resolve() });
    const send = await proxy.sender("shop");
    let sent = 0;
    await proxy.pass(20, async () => {
      await send({ messages: messages(15) });
      sent += 15;
      await eventually(() => expect(clientOf("app").commits).toBeGreaterThanOrEqual(sent));
    });
    await expectOnly("commit-per-record", {
      subject,
      summary: /^30\d commits for 300 records in 20s$/,
      advice: "Commit after a batch",
    });
  });
});

describeWith(["kcat"], "a client of an old version", () => {
  it("has old-protocol", async () => {
    const old = ["-X", "api.version.request=false", "-X", "broker.version.fallback=0.9.0"];
    const args = ["-b", proxy.address, "-P", "-t", topic, "-X", "client.id=vintage", ...old];
    // The cluster refuses its versions, as Kafka 4 does.
    await expect(kcat(args, "hello\n")).rejects.toThrow("API version not supported");
    await proxy.pass(15);
    await expectOnly("old-protocol", {
      subject: { kind: "client", name: "vintage" },
      summary: /^speaks Produce\/v1$/,
      advice: "Kafka 4",
    });
  });
});

describe("a group", () => {
  it("whose members come and go has rebalance-loop", async () => {
    const kafka = kafkajsOf(proxy.address, "app");
    const first = await readWith(kafka, topic, "readers");
    closing.defer(() => first.consumer.disconnect());
    for (let round = 0; round < 3; round++) {
      await proxy.pass(100);
      const second = await proxy.passUntil(readWith(kafka, topic, "readers"));
      await second.consumer.disconnect();
      await proxy.passUntil(eventually(() => expect(first.partitions).toHaveLength(3)));
    }
    await proxy.pass(15);
    await expectOnly(
      "rebalance-loop",
      {
        subject: { kind: "group", name: "readers" },
        summary: /^[67] rebalances in \S+, one every \d+s, the last by leave$/,
        advice: "max.poll.interval.ms",
      },
      "critical",
    );
  });
});

describe("a topic", () => {
  const subject = { kind: "topic", name: topic } as const;

  it("whose records have all the same key has hot-partition", async () => {
    const send = await proxy.sender("app");
    await proxy.pass(20, () =>
      send({ messages: messages(200, 400).map((one) => ({ ...one, key: "same" })) }),
    );
    await expectOnly("hot-partition", {
      subject,
      summary: /^orders\/\d has 100% of 1\.6MiB in 20s, of 3 partitions$/,
      advice: "same key",
    });
  });

  it("whose leader is moved again and again has leader-moves", async () => {
    const send = await proxy.sender("app");
    await proxy.pass(35, async (second) => {
      const broker = (proxy.cluster.leaderOf(topic, 0) % 3) + 1;
      if (second % 7 === 1) proxy.cluster.moveLeader(topic, 0, broker);
      await send({ messages: messages(1).map((one) => ({ ...one, partition: 0 })) });
    });
    await expectOnly("leader-moves", {
      subject,
      summary: /^orders\/0: leader moved 5× in 35s$/,
      advice: "Look at the brokers",
    });
  });
});

describe("a listener", () => {
  it("that takes connections of other machines without TLS has plaintext", async () => {
    const header = "PROXY TCP4 203.0.113.7 198.51.100.1 40000 9092\r\n";
    using client = await RawClient.to(proxy.address, header);
    await client.ask(Metadata, 12, {});
    await proxy.pass(15);
    await expectOnly("plaintext", {
      subject: { kind: "listener", name: "main" },
      summary: /^1 connection from other machines without TLS since the start$/,
      advice: "tls",
    });
  });
});
