// What docs/operate.md walks through: clients over TLS, brokers over SASL_SSL, two processes between.

import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { checkCommand } from "../packages/proxy/src/cli/debug/check/command.ts";
import { runCommand } from "../packages/proxy/test/support/run-command.ts";
import { testAuthority } from "../packages/tcp/test/certificates.ts";
import type { TestAuthority } from "../packages/tcp/test/certificates.ts";
import { startSecureKafka } from "../scripts/kafka/secure.ts";
import type { SecureKafka } from "../scripts/kafka/secure.ts";
import { eventually } from "./support/eventually.ts";
import { uniqueName } from "./support/kafka.ts";
import { kcat } from "./support/kcat.ts";
import { load } from "./support/load.ts";
import { scrape } from "./support/metrics.ts";
import { describeWith } from "./support/needs.ts";
import { startPagoda } from "./support/pagoda.ts";
import type { PagodaProcess } from "./support/pagoda.ts";
import { servedSerial } from "./support/served-certificate.ts";

describeWith(["kafka", "kcat"], "pagoda before a real Kafka of three brokers, as one operates it", () => {
  let kafka: SecureKafka;
  let folder: string;
  let authority: TestAuthority;
  let proxy: PagodaProcess;
  let topic: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pagoda-operate-"));
    kafka = await startSecureKafka({ brokers: 3 });
    authority = await testAuthority();
    await writeFile(at("clients-ca.pem"), authority.cert);
    await writeFile(at("password"), `${kafka.secured.password}\n`, { mode: 0o600 });
    await renewCertificate();
    await writeFile(at("pagoda.yaml"), yaml("10m"));
    proxy = await startPagoda(["-c", at("pagoda.yaml")]);
    topic = uniqueName("operate");
    await kcat(["-b", proxy.address, ...tls(), "-P", "-t", topic], "first\n");
  });
  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]();
    await kafka?.stop();
    await rm(folder, { recursive: true });
  });

  const at = (name: string): string => join(folder, name);
  const tls = (): readonly string[] => [
    "-X",
    "security.protocol=ssl",
    "-X",
    `ssl.ca.location=${at("clients-ca.pem")}`,
  ];

  function yaml(idle: string): string {
    const { bootstrap, caFile, username } = kafka.secured;
    return `clusters:
  prod:
    bootstrap: ${bootstrap}
    tls: { ca: ${caFile} }
    sasl: { mechanism: SCRAM-SHA-512, username: ${username}, password: "\${file:password}" }
listeners:
  - cluster: prod
    tls: { cert: cert.pem, key: key.pem }
    advertise: { slots: 4 }
    timeouts: { idle: ${idle} }
workers: 2
drainTimeout: 5s
`;
  }

  /** @returns its serial number */
  async function renewCertificate(): Promise<string> {
    const { cert, key } = await authority.sign(["127.0.0.1", "localhost"]);
    await writeFile(at("cert.pem"), cert);
    await writeFile(at("key.pem"), key);
    return new X509Certificate(cert).serialNumber;
  }

  async function stored(): Promise<readonly string[]> {
    const text = await kcat(["-b", kafka.bootstrap, "-C", "-t", topic, "-e", "-q", "-o", "beginning"]);
    return text.trimEnd().split("\n");
  }

  it("serves clients over TLS, logs in to the brokers, and is ready", async () => {
    const listed = await kcat(["-b", proxy.address, ...tls(), "-L"]);
    expect(listed.match(/broker \d+ at 127\.0\.0\.1:\d+/g)).toHaveLength(3);
    for (const { proxied, port } of kafka.brokers) {
      expect(listed).not.toContain(`:${proxied.port}`);
      expect(listed).not.toContain(`:${port}`);
    }
    expect((await fetch(`${proxy.admin}/ready`)).status).toBe(200);
  });

  it("is found well by pagoda check, over TLS; and so are the brokers, with the login for them", async () => {
    const throughProxy = ["--bootstrap", proxy.address, "--tls-ca", at("clients-ca.pem")];
    const { bootstrap, caFile, username } = kafka.secured;
    const [broker = ""] = bootstrap.split(",");
    const login = ["--sasl-mechanism", "SCRAM-SHA-512", "--sasl-username", username];
    const atBroker = ["--bootstrap", broker, "--tls-ca", caFile, ...login];
    for (const args of [throughProxy, [...atBroker, "--sasl-password-file", at("password")]]) {
      const { code, out } = await runCommand(checkCommand, args);
      expect(out).not.toContain("×");
      expect(out.match(/^√ broker [123] at \S+: answers, as that broker of that cluster/gm)).toHaveLength(3);
      expect(code).toBe(0);
    }
    await writeFile(at("wrong"), "a guess\n");
    const { code, out } = await runCommand(checkCommand, [...atBroker, "--sasl-password-file", at("wrong")]);
    expect(out).toMatch(/^× .*Authentication failed/m);
    expect(code).toBe(1);
  });

  it("shows a renewed certificate and follows its file under load, and no request fails", async () => {
    const producer = load(proxy.address, { topic, ca: authority.cert });
    await eventually(() => expect(producer.sent.length).toBeGreaterThan(20));
    const serial = await renewCertificate();
    await writeFile(at("pagoda.yaml"), yaml("9m"));
    proxy.signal("SIGHUP");
    await eventually(async () => {
      // Connections go to both workers in turn.
      expect(await servedSerial(proxy.port, authority.cert)).toBe(serial);
      expect(await servedSerial(proxy.port, authority.cert)).toBe(serial);
      const page = await scrape(proxy.admin);
      expect(page("pagoda_config_reloads_total", { outcome: "success" })).toBeGreaterThan(0);
    });
    const before = producer.sent.length;
    await eventually(() => expect(producer.sent.length).toBeGreaterThan(before + 50));
    expect(await producer.end()).toEqual([]);
    expect(await stored()).toEqual(expect.arrayContaining([...producer.sent]));
  });

  it("recovers when a worker is killed under load, and loses nothing that was acknowledged", async () => {
    const producer = load(proxy.address, { topic, ca: authority.cert, retries: 20 });
    await eventually(() => expect(producer.sent.length).toBeGreaterThan(20));
    const listed = execFileSync("ps", ["-o", "pid=", "--ppid", String(proxy.pid)], { encoding: "utf8" });
    process.kill(Number(listed.trim().split(/\s+/)[0]), "SIGKILL");
    await eventually(async () => {
      const page = await scrape(proxy.admin);
      expect(page("pagoda_workers", { state: "serving" })).toBe(2);
      expect(page("pagoda_worker_restarts_total")).toBe(1);
    });
    const before = producer.sent.length;
    await eventually(() => expect(producer.sent.length).toBeGreaterThan(before + 50));
    await producer.end();
    expect(await stored()).toEqual(expect.arrayContaining([...producer.sent]));
    expect((await fetch(`${proxy.admin}/ready`)).status).toBe(200);
  });

  it("drains on SIGTERM: what was acknowledged is there, and it ends with 0", async () => {
    const producer = load(proxy.address, { topic, ca: authority.cert });
    await eventually(() => expect(producer.sent.length).toBeGreaterThan(20));
    proxy.signal("SIGTERM");
    expect(await proxy.exited).toBe(0);
    await producer.end();
    expect(await stored()).toEqual(expect.arrayContaining([...producer.sent]));
  });
});
