import { startCluster } from "@pagoda/kafka/testing";
import type { MemoryCluster } from "@pagoda/kafka/testing";
import { formatEndpoint } from "@pagoda/tcp";
import type { ListenerServing } from "@pagoda/tcp";
import { Kafka, logLevel } from "kafkajs";
import { once } from "node:events";
import { get } from "node:https";
import { connect as connectPlain } from "node:net";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { certificateFiles } from "../../test/support/certificates.ts";
import type { CertificateFiles } from "../../test/support/certificates.ts";
import { readWith } from "../../test/support/kafkajs.ts";
import { start } from "./main.ts";

describe("the port of the README", () => {
  let cluster: MemoryCluster;
  let files: CertificateFiles;
  let proxy: ListenerServing;

  beforeAll(async () => {
    cluster = await startCluster({ brokers: 1 });
    files = await certificateFiles("127.0.0.1");
    const [broker] = cluster.brokers;
    proxy = await start({
      broker: { host: "127.0.0.1", port: broker?.port ?? 0 },
      certificate: { cert: { file: files.certFile }, key: { file: files.keyFile } },
    });
  });

  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await cluster.close();
  });

  const inPlainText = (): Socket => connectPlain(proxy.address.port, "127.0.0.1");
  const inTls = (): Socket => connectTls({ host: "127.0.0.1", port: proxy.address.port, ca: files.ca });

  it.each([
    ["in plain text", false],
    ["in TLS", true],
  ])("speaks Kafka %s", async (how, tls) => {
    const kafka = new Kafka({
      brokers: [formatEndpoint(proxy.address)],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 30, retries: 20, factor: 0, multiplier: 1 },
      ...(tls && { ssl: { ca: [files.ca] } }),
    });
    const topic = how.replaceAll(" ", "-");
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: [{ value: how }] });
    await producer.disconnect();
    const reading = await readWith(kafka, topic, `group-${topic}`);
    await reading.has(1);
    await reading.consumer.disconnect();
    expect(reading.values).toEqual([how]);
  });

  it("speaks HTTP in plain text", async () => {
    const url = `http://127.0.0.1:${proxy.address.port}/`;
    const answers = await Promise.all([
      fetch(url),
      fetch(url, { method: "POST", body: "x".repeat(100_000) }),
    ]);
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual([page, page]);
  });

  it("speaks HTTP in TLS", async () => {
    const request = get({ host: "127.0.0.1", port: proxy.address.port, ca: files.ca, agent: false });
    const [response] = await once(request, "response");
    expect(await text(response)).toBe(page);
  });

  it.each([
    ["in plain text", inPlainText],
    ["in TLS", inTls],
  ])("refuses what is neither, %s, without a word", async (_, open) => {
    const redis = open();
    redis.on("error", () => {});
    redis.write("*1\r\n$4\r\nPING\r\n");
    const said: Buffer[] = [];
    redis.on("data", (chunk: Buffer) => said.push(chunk));
    await once(redis, "close");
    expect(said).toEqual([]);
  });
});

it("refuses TLS where there is no certificate", async () => {
  const nobody = { host: "127.0.0.1", port: 1 };
  await using proxy = await start({ broker: nobody });
  const client = connectTls({ host: "127.0.0.1", port: proxy.address.port });
  await expect(once(client, "secureConnect")).rejects.toThrow("disconnected before secure TLS");
});

const page = "Kafka is on this port, too\n";
