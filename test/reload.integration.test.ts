// Another configuration under clients that are at work.

import { X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { testAuthority } from "../packages/tcp/test/certificates.ts";
import { startCluster } from "@pagoda/kafka/testing";
import type { MemoryCluster } from "@pagoda/kafka/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { eventually } from "./support/eventually.ts";
import { load } from "./support/load.ts";
import { scrape } from "./support/metrics.ts";
import { servedSerial } from "./support/served-certificate.ts";
import { startPagoda } from "./support/pagoda.ts";
import type { PagodaProcess } from "./support/pagoda.ts";

let folder: string;
let cluster: MemoryCluster;
let proxy: PagodaProcess;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pagoda-reload-"));
  cluster = await startCluster({ brokers: 2, topics: { orders: { partitions: 2 } } });
});
afterEach(async () => {
  await proxy?.[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const fileAt = (name = "pagoda.yaml"): string => join(folder, name);

/** A configuration before the cluster, with what a test adds to the listener and behind it. */
function yaml(listener = "", rest = ""): string {
  return `clusters: { main: { bootstrap: "${cluster.bootstrap}" } }
listeners:
  - name: main
    cluster: main
    advertise: { slots: 4 }
${listener}
${rest}
`;
}

async function start(text: string): Promise<void> {
  await writeFile(fileAt(), text);
  proxy = await startPagoda(["-c", fileAt()]);
}

const reloads = (outcome: string): number =>
  proxy.log.filter((line) => line.msg === "configuration reloaded" && line["outcome"] === outcome).length;

const rejections = (): number =>
  proxy.log.filter(({ msg }) => msg === "the configuration was rejected; the one before stays").length;

describe("pagoda run -c reloads its configuration", () => {
  it("under load, again and again, and no request fails", async () => {
    await start(yaml());
    const producer = load(proxy.address, { topic: "orders" });
    await eventually(() => expect(producer.sent.length).toBeGreaterThan(20));
    for (let round = 1; round <= 5; round++) {
      await writeFile(fileAt(), yaml(`    timeouts: { idle: ${round}m }`));
      proxy.signal("SIGHUP");
      await eventually(() => expect(reloads("success")).toBeGreaterThanOrEqual(round));
      const before = producer.sent.length;
      await eventually(() => expect(producer.sent.length).toBeGreaterThan(before + 20));
    }
    expect(await producer.end()).toEqual([]);
    expect((await scrape(proxy.admin))("pagoda_config_reloads_total", { outcome: "rejected" })).toBe(0);
  });

  it("when its file changes, and keeps the old one when the new one is wrong", async () => {
    await start(yaml("", "log: { level: info }"));
    const producer = load(proxy.address, { topic: "orders" });
    await writeFile(fileAt(), yaml("    timeouts: { idel: 1m }"));
    await eventually(() => expect(rejections()).toBe(1));
    const line = proxy.log.find(({ msg }) => msg.includes("rejected"));
    expect(JSON.stringify(line)).toContain("did you mean idle?");
    await writeFile(fileAt(), yaml("    timeouts: { idle: 1m }"));
    await eventually(() => expect(reloads("success")).toBe(1));
    const sent = producer.sent.length;
    await eventually(() => expect(producer.sent.length).toBeGreaterThan(sent + 10));
    expect(await producer.end()).toEqual([]);
    const page = await scrape(proxy.admin);
    expect(page("pagoda_config_reloads_total", { outcome: "rejected" })).toBe(1);
    expect(page("pagoda_config_reloads_total", { outcome: "success" })).toBe(1);
  });

  it("and shows renewed certificates, with no request failing", async () => {
    const authority = await testAuthority();
    const renew = async (): Promise<string> => {
      const { cert, key } = await authority.sign(["127.0.0.1", "localhost"]);
      await writeFile(fileAt("cert.pem"), cert);
      await writeFile(fileAt("key.pem"), key);
      return new X509Certificate(cert).serialNumber;
    };
    const first = await renew();
    await start(yaml("    tls: { cert: cert.pem, key: key.pem }"));
    const producer = load(proxy.address, { topic: "orders", ca: authority.cert });
    await eventually(() => expect(producer.sent.length).toBeGreaterThan(10));
    expect(await servedSerial(proxy.port, authority.cert)).toBe(first);
    const second = await renew();
    proxy.signal("SIGHUP");
    await eventually(async () => expect(await servedSerial(proxy.port, authority.cert)).toBe(second));
    const before = producer.sent.length;
    await eventually(() => expect(producer.sent.length).toBeGreaterThan(before + 10));
    expect(await producer.end()).toEqual([]);
    const line = proxy.log.find(({ msg }) => msg === "configuration reloaded");
    expect(line?.["changes"]).toBe("certificates renewed: 1");
  });

  it("when Kubernetes swaps the folder behind a ConfigMap", async () => {
    for (const version of ["v1", "v2"]) await mkdir(fileAt(version));
    await writeFile(join(folder, "v1", "pagoda.yaml"), yaml());
    await writeFile(join(folder, "v2", "pagoda.yaml"), yaml("    timeouts: { idle: 1m }"));
    await symlink("v1", fileAt("..data"));
    await symlink("..data/pagoda.yaml", fileAt());
    proxy = await startPagoda(["-c", fileAt()]);
    await symlink("v2", fileAt("..data_tmp"));
    await rename(fileAt("..data_tmp"), fileAt("..data"));
    await eventually(() => expect(reloads("success")).toBe(1));
  });

  it("and takes listeners in and out", async () => {
    const still = "reload: { watch: false }";
    await start(yaml("", still));
    const second = `  - { name: second, cluster: main, bind: "127.0.0.1:0", advertise: { slots: 2 } }`;
    await writeFile(fileAt(), yaml(second, still));
    proxy.signal("SIGHUP");
    await eventually(() => expect(reloads("success")).toBe(1));
    const both = await scrape(proxy.admin);
    expect(both("pagoda_listener_state", { listener: "second", state: "serving" })).toBe(1);
    await writeFile(fileAt(), yaml("", still));
    proxy.signal("SIGHUP");
    await eventually(() => expect(reloads("success")).toBe(2));
    const one = await scrape(proxy.admin);
    expect(one("pagoda_listener_state", { listener: "second" })).toBe(0);
    expect(one("pagoda_listener_state", { listener: "main", state: "serving" })).toBe(1);
  });

  it("and says what holds only after a restart", async () => {
    await start(yaml());
    await writeFile(fileAt(), yaml("", "metrics: { profile: minimal }"));
    proxy.signal("SIGHUP");
    await eventually(() => expect(reloads("partial")).toBe(1));
    const line = proxy.log.find(({ msg }) => msg === "configuration reloaded");
    expect(line?.["changes"]).toBe("only after a restart: metrics");
  });
});
