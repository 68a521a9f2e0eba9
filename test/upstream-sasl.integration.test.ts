// The proxy logs in to the brokers itself, over TLS; its clients do neither.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, expect, it } from "vitest";

import { startSecureKafka } from "../scripts/kafka/secure.ts";
import type { SecureKafka } from "../scripts/kafka/secure.ts";
import { eventually } from "./support/eventually.ts";
import { uniqueName } from "./support/kafka.ts";
import { kcat } from "./support/kcat.ts";
import { scrape } from "./support/metrics.ts";
import { describeWith } from "./support/needs.ts";
import { startPagoda } from "./support/pagoda.ts";
import type { PagodaProcess } from "./support/pagoda.ts";

const reauthMs = 3_000;

describeWith(["kafka", "kcat"], "a real Kafka of SASL_SSL, behind a proxy that logs in", () => {
  let kafka: SecureKafka;
  let folder: string;
  let proxy: PagodaProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pagoda-sasl-"));
    kafka = await startSecureKafka({ maxReauthMs: reauthMs });
  });
  afterEach(() => proxy[Symbol.asyncDispose]());
  afterAll(async () => {
    await kafka?.stop();
    await rm(folder, { recursive: true });
  });

  async function start(mechanism: string, password = kafka.secured.password): Promise<void> {
    const file = join(folder, "pagoda.yaml");
    const { bootstrap, caFile, username } = kafka.secured;
    await writeFile(
      file,
      `clusters:
  prod:
    bootstrap: ${bootstrap}
    tls: { ca: ${caFile} }
    sasl: { mechanism: ${mechanism}, username: ${username}, password: "\${PASSWORD}" }
listeners: [{ cluster: prod, advertise: { slots: 2 } }]
`,
    );
    process.env["PASSWORD"] = password;
    proxy = await startPagoda(["-c", file]);
  }

  it.each(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])(
    "lets clients produce and consume by %s",
    async (mechanism) => {
      await start(mechanism);
      const topic = uniqueName("sasl");
      await kcat(["-b", proxy.address, "-P", "-t", topic], "one\ntwo\n");
      const read = await kcat(["-b", proxy.address, "-C", "-t", topic, "-e", "-q", "-o", "beginning"]);
      expect(read).toBe("one\ntwo\n");
      expect((await fetch(`${proxy.admin}/ready`)).status).toBe(200);
      expect(JSON.stringify(proxy.log)).not.toContain(kafka.secured.password);
    },
  );

  it("says why it is not ready with a wrong password, and holds no client up", async () => {
    await start("SCRAM-SHA-512", "wrong");
    await eventually(async () => {
      const ready = await fetch(`${proxy.admin}/ready`);
      expect(ready.status).toBe(503);
      expect(await ready.text()).toContain("cannot log in to 127.0.0.1");
    });
    await expect(kcat(["-b", proxy.address, "-L", "-m", "5"])).rejects.toThrow();
    const page = await scrape(proxy.admin);
    expect(page("pagoda_upstream_connect_errors_total", { reason: "auth" })).toBeGreaterThan(0);
    expect(JSON.stringify(proxy.log)).not.toContain('wrong"');
  });

  it("logs in again on the same connections before sessions end (KIP-368)", async () => {
    await start("SCRAM-SHA-256");
    const topic = uniqueName("reauth");
    await kcat(["-b", proxy.address, "-P", "-t", topic], "first\n");
    // A line every 100 ms over three sessions, by one producer that is told of every failure.
    const lines = Array.from({ length: 90 }, (_, n) => `line ${n}`);
    await trickle(proxy.address, topic, lines);
    const read = await kcat(["-b", proxy.address, "-C", "-t", topic, "-e", "-q", "-o", "beginning"]);
    expect(read.trimEnd().split("\n")).toEqual(["first", ...lines]);
    expect(proxy.log.filter(({ msg }) => msg.includes("does not let us in again"))).toEqual([]);
    const page = await scrape(proxy.admin);
    // Of the one producer to the one broker: it was never closed.
    expect(page("pagoda_tcp_close_total", { peer: "dst", cause: "io_error" })).toBe(0);
  });
});

async function trickle(address: string, topic: string, lines: readonly string[]): Promise<void> {
  const { Producer, ProduceAcks, stringSerializers } = await import("@platformatic/kafka");
  const producer = new Producer({
    clientId: "trickle",
    bootstrapBrokers: [address],
    serializers: stringSerializers,
    retries: 0,
  });
  for (const value of lines) {
    await producer.send({ messages: [{ topic, value }], acks: ProduceAcks.ALL });
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
  await producer.close();
}
