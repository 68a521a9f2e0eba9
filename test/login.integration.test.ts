// A cluster whose clients have to log in, behind the proxy.

import { Kafka, logLevel } from "kafkajs";
import { SaslAuthenticate } from "@pagoda/kafka/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";

import type { KafkaCluster } from "../scripts/kafka/cluster.ts";
import { formatAddress } from "../scripts/kafka/ports.ts";
import { startKafka } from "../scripts/kafka/start.ts";
import { startCapture } from "./support/capture.ts";
import type { Capture } from "./support/capture.ts";
import { eventually } from "./support/eventually.ts";
import { exchangesOf } from "./support/kafka-exchanges.ts";
import { uniqueName } from "./support/kafka.ts";
import { kcat } from "./support/kcat.ts";
import { describeWith } from "./support/needs.ts";
import { startPagoda } from "./support/pagoda.ts";
import type { PagodaProcess } from "./support/pagoda.ts";

const sessionMs = 2_000;

describeWith(["kafka", "kcat"], "a real Kafka that wants a login, behind pagoda run", () => {
  let kafka: KafkaCluster;
  let capture: Capture;
  let proxy: PagodaProcess;

  beforeAll(async () => {
    kafka = await startKafka({
      properties: {
        "listener.security.protocol.map": "DIRECT:PLAINTEXT,PROXIED:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
        "listener.name.proxied.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.proxied.plain.sasl.jaas.config":
          'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="secret";',
        "listener.name.proxied.plain.connections.max.reauth.ms": String(sessionMs),
      },
    });
    const [broker] = kafka.brokers;
    if (broker === undefined) throw new Error("a cluster without brokers");
    // What the listener advertises is a port of its own: what goes over it is seen on the way.
    const { advertised, host, port } = broker.proxied;
    capture = await startCapture({ listen: advertised, upstream: { host, port } });
    proxy = await startPagoda(["--bootstrap", formatAddress(advertised)]);
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await capture.close();
    await kafka.stop();
  });

  it("is said to be one, and that brokers are learnt from the first client", async () => {
    await eventually(() => expect(JSON.stringify(proxy.log)).toContain("wants a login (PLAIN)"));
    expect(proxy.log.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("lets librdkafka in, and not with a wrong password", async () => {
    const topic = uniqueName("login");
    const as = (password: string): string[] =>
      ["security.protocol=sasl_plaintext", "sasl.mechanisms=PLAIN", "sasl.username=alice"]
        .concat(`sasl.password=${password}`)
        .flatMap((setting) => ["-X", setting]);
    await kcat(["-b", proxy.address, "-P", "-t", topic, ...as("secret")], "one\n");
    const read = ["-b", proxy.address, "-C", "-t", topic, "-e", "-q", "-o", "beginning"];
    expect(await kcat([...read, ...as("secret")])).toBe("one\n");
    await expect(kcat(["-b", proxy.address, "-L", "-m", "5", ...as("wrong")])).rejects.toThrow(
      "Authentication failed",
    );
  });

  it("is logged in to again on the same connection when a session ends (KIP-368)", async () => {
    const topic = uniqueName("again");
    const producer = new Kafka({
      clientId: "again",
      brokers: [proxy.address],
      sasl: { mechanism: "plain", username: "alice", password: "secret" },
      reauthenticationThreshold: 1_000,
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
    }).producer({ allowAutoTopicCreation: false });
    await admin(kafka.bootstrap, topic);
    await producer.connect();
    const endMs = performance.now() + 3 * sessionMs;
    let sent = 0;
    while (performance.now() < endMs) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await producer.send({ topic, messages: [{ value: "x".repeat(1_000) }] });
      sent += 1;
    }
    await producer.disconnect();
    expect(sent).toBeGreaterThan(10);
    const logins = new Map<number, number>();
    for (const { request, connection } of exchangesOf(capture.connections)) {
      if (request.apiKey !== SaslAuthenticate.key || request.clientId !== "again") continue;
      logins.set(connection, (logins.get(connection) ?? 0) + 1);
    }
    expect(Math.max(...logins.values())).toBeGreaterThanOrEqual(2);
  });
});

async function admin(bootstrap: string, topic: string): Promise<void> {
  const client = new Kafka({ brokers: bootstrap.split(","), logLevel: logLevel.NOTHING }).admin();
  await client.connect();
  await client.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  await client.disconnect();
}
