// What clients can do to a proxy before a cluster: none of it hangs, grows without bound, or harms others.

import { ApiVersions, Fetch, Metadata, Produce } from "@pagoda/kafka/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { startCluster } from "../../packages/kafka/src/testing/index.ts";
import type { MemoryCluster } from "../../packages/kafka/src/testing/index.ts";
import { batchOf } from "../../packages/kafka/test/ask-cluster.ts";
import { eventually } from "../support/eventually.ts";
import { scrape } from "../support/metrics.ts";
import { startPagoda } from "../support/pagoda.ts";
import type { PagodaProcess } from "../support/pagoda.ts";
import { RawClient } from "../support/raw-client.ts";
import { peakMemoryMiB } from "./peak-memory.ts";

const mebibyte = 1_048_576;
const limitBytes = 100 * mebibyte;

/**
 * Peak memory of the proxy's process, in MiB. It has about 120 when it starts; these are generous, and
 * far below what would be needed if nothing were bounded.
 */
const bounds = { bigFrameMiB: 450, stalledClientMiB: 300, burstMiB: 600 };

let cluster: MemoryCluster;
let proxy: PagodaProcess;

beforeAll(async () => {
  cluster = await startCluster({
    brokers: 3,
    maxConnections: 10_000,
    maxFrameBytes: 2 * limitBytes,
    topics: { orders: { partitions: 1 } },
  });
});
afterAll(() => cluster.close());

afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  expect(proxy.log.filter(({ level }) => level === "fatal")).toEqual([]);
});

async function start(...args: readonly string[]): Promise<void> {
  proxy = await startPagoda(["--bootstrap", cluster.bootstrap, ...args]);
}

/** A client is served: what others do does not matter to it. */
async function expectService(): Promise<void> {
  const client = await RawClient.to(proxy.address);
  const { brokers } = await client.ask(Metadata, 12, { topics: [] });
  expect(brokers).toHaveLength(3);
  client.socket.destroy();
}

async function expectNothingOpen(): Promise<void> {
  await eventually(async () => {
    const sum = await scrape(proxy.admin);
    expect(sum("pagoda_tcp_open_connections")).toBe(0);
  });
}

/** The codes of the failures in the log. */
function codesLogged(): unknown[] {
  return proxy.log
    .filter(({ msg }) => msg === "connection failed")
    .map(({ err }) => (err as { code: string }).code);
}

/** Where a client finds each broker. */
async function brokersOf(): Promise<ReadonlyMap<number, number>> {
  const client = await RawClient.to(proxy.address);
  const { brokers } = await client.ask(Metadata, 12, { topics: [] });
  client.socket.destroy();
  return new Map(brokers.map(({ nodeId, port }) => [nodeId, port]));
}

async function greeted(): Promise<RawClient> {
  const client = await RawClient.to(proxy.address);
  await client.ask(ApiVersions, 3, { clientSoftwareName: "raw", clientSoftwareVersion: "1" });
  return client;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

it("garbage after a valid start ends that connection, with a name for it", async () => {
  await start();
  const garbage = [
    [int32(-1), "MALFORMED_FRAME"],
    [int32(limitBytes + 1), "FRAME_TOO_LARGE"],
    [Buffer.from("GET / HTTP/1.1\r\n\r\n"), "FRAME_TOO_LARGE"],
    // Too short for a header.
    [Buffer.concat([int32(3), Buffer.alloc(3)]), "MALFORMED_MESSAGE"],
    // A client id that runs out of the frame.
    [Buffer.concat([int32(10), Buffer.from([0, 3, 0, 12, 0, 0, 0, 1, 0x7f, 0xff])]), "MALFORMED_MESSAGE"],
  ] as const;
  for (const [bytes] of garbage) {
    const client = await greeted();
    client.socket.write(bytes);
    await client.closed;
    await expectService();
  }
  await eventually(() => expect(new Set(codesLogged())).toEqual(new Set(garbage.map(([, code]) => code))));
  await expectNothingOpen();
  const sum = await scrape(proxy.admin);
  expect(sum("pagoda_tcp_close_total", { peer: "src", cause: "protocol_error" })).toBe(garbage.length);
});

it("a body that is none goes to the broker, which ends the connection", async () => {
  await start();
  const client = await greeted();
  const header = Buffer.from([0, 3, 0, 12, 0, 0, 0, 9, 0xff, 0xff, 0]);
  client.socket.write(Buffer.concat([int32(header.length + 3), header, Buffer.from([9, 9, 9])]));
  await client.closed;
  await expectService();
  await expectNothingOpen();
});

describe("a big frame", () => {
  it("of 100 MiB is answered by the broker, and costs memory once", async () => {
    await start();
    const client = await greeted();
    // Not a batch of records: the broker reads all of it and refuses it.
    const records = Buffer.alloc(limitBytes - 1_000);
    const topicData = [{ name: "orders", partitionData: [{ index: 0, records }] }];
    const { responses } = await client.ask(Produce, 9, { acks: -1, timeoutMs: 1_000, topicData });
    expect(responses[0]?.partitionResponses[0]?.errorCode).not.toBe(0);
    await expectService();
    expect(peakMemoryMiB(proxy.pid)).toBeLessThan(bounds.bigFrameMiB);
  });
});

describe("a client that does not read", () => {
  it("holds up nobody else, is not given room without end, and is cut off when idle", async () => {
    await start("--idle-timeout", "3s");
    const leaderPort = (await brokersOf()).get(cluster.leaderOf("orders", 0)) ?? 0;
    const producer = await RawClient.to(`127.0.0.1:${leaderPort}`);
    const records = batchOf(["x".repeat(1_000_000)]);
    const topicData = [{ name: "orders", partitionData: [{ index: 0, records }] }];
    for (let n = 0; n < 15; n++) {
      await producer.ask(Produce, 9, { acks: 1, timeoutMs: 1_000, topicData });
    }
    producer.socket.destroy();
    const client = await RawClient.to(`127.0.0.1:${leaderPort}`);
    const partitions = [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 16 * mebibyte }];
    const fetch = { maxBytes: 16 * mebibyte, topics: [{ topic: "orders", partitions }] };
    client.socket.pause();
    for (let n = 0; n < 200; n++) client.send(Fetch, 12, { ...fetch, replicaId: -1, maxWaitMs: 0 });
    await expectService();
    await eventually(async () => {
      const sum = await scrape(proxy.admin);
      expect(sum("pagoda_tcp_close_total", { peer: "src", cause: "idle_timeout" })).toBe(1);
    });
    await expectService();
    await expectNothingOpen();
    expect(peakMemoryMiB(proxy.pid)).toBeLessThan(bounds.stalledClientMiB);
    client.socket.destroy();
  });
});

describe("5,000 connections in a burst", () => {
  it("are all answered, and leave nothing behind", async () => {
    await start();
    const clients = await Promise.all(
      Array.from({ length: 5_000 }, async () => {
        const client = await RawClient.to(proxy.address);
        const { brokers } = await client.ask(Metadata, 12, { topics: [] });
        expect(brokers).toHaveLength(3);
        return client;
      }),
    );
    await expectService();
    for (const { socket } of clients) socket.destroy();
    await expectNothingOpen();
    expect(codesLogged()).toEqual([]);
    expect(peakMemoryMiB(proxy.pid)).toBeLessThan(bounds.burstMiB);
  });
});

it("more connections than allowed are closed at once, and the others served", async () => {
  await start("--max-connections", "50");
  const clients = await Promise.all(Array.from({ length: 150 }, () => RawClient.to(proxy.address)));
  const answers = await Promise.allSettled(clients.map((client) => client.ask(Metadata, 12, { topics: [] })));
  const served = answers.filter(({ status }) => status === "fulfilled").length;
  expect(served).toBeGreaterThan(0);
  expect(served).toBeLessThanOrEqual(50);
  const refused = proxy.log.filter(
    ({ err }) => (err as { code?: string } | undefined)?.code === "CONNECTION_LIMIT",
  );
  expect(refused.map(({ msg }) => msg)).toContain("connection refused");
  for (const { socket } of clients) socket.destroy();
  await expectNothingOpen();
  await expectService();
});
