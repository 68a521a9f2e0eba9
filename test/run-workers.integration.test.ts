// Several processes behind one set of ports.

import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startCluster } from "@pagoda/kafka/testing";
import type { MemoryCluster } from "@pagoda/kafka/testing";
import { Producer, ProduceAcks, stringSerializers } from "@platformatic/kafka";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { eventually } from "./support/eventually.ts";
import { scrape } from "./support/metrics.ts";
import { startPagoda } from "./support/pagoda.ts";
import type { PagodaProcess } from "./support/pagoda.ts";

let cluster: MemoryCluster;
let proxy: PagodaProcess;

beforeAll(async () => {
  cluster = await startCluster({ brokers: 2, topics: { orders: { partitions: 4 } } });
});
afterAll(() => cluster[Symbol.asyncDispose]());
afterEach(() => proxy[Symbol.asyncDispose]());

async function start(...more: readonly string[]): Promise<void> {
  const args = ["--bootstrap", cluster.bootstrap, "--slots", "2", "--workers", "2", "--drain-timeout", "5s"];
  proxy = await startPagoda([...args, ...more]);
}

/** The processes that serve: children of the one that was started. */
function workers(): readonly number[] {
  const listed = execFileSync("ps", ["-o", "pid=", "--ppid", String(proxy.pid)], { encoding: "utf8" });
  return listed.trim().split(/\s+/).map(Number);
}

function producer(clientId: string): Producer<string, string, string, string> {
  return new Producer({
    clientId,
    bootstrapBrokers: [proxy.address],
    serializers: stringSerializers,
    retries: 20,
    retryDelay: 100,
  });
}

async function send(through: Producer<string, string, string, string>, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    await through.send({ messages: [{ topic: "orders", value: String(n) }], acks: ProduceAcks.ALL });
  }
}

const produced = { api: "Produce" };

describe("pagoda run --workers 2", () => {
  it("spreads clients over both, and counts them on one page", async () => {
    await start();
    expect(workers()).toHaveLength(2);
    const clients = Array.from({ length: 4 }, (_, n) => producer(`client-${n}`));
    await Promise.all(clients.map((each) => send(each, 10)));
    const page = await scrape(proxy.admin);
    expect(page("pagoda_requests_total", produced)).toBe(40);
    expect(page("pagoda_workers", { state: "serving" })).toBe(2);
    await Promise.all(clients.map((each) => each.close()));
  });

  it("recovers when one is killed under load, and forgets nothing that it counted", async () => {
    await start();
    const client = producer("load");
    await send(client, 50);
    const counted = (await scrape(proxy.admin))("pagoda_requests_total", produced);
    expect(counted).toBe(50);
    const [victim = 0] = workers();
    const sending = send(client, 300);
    process.kill(victim, "SIGKILL");
    await sending;
    await eventually(async () => {
      expect(workers()).toHaveLength(2);
      const page = await scrape(proxy.admin);
      expect(page("pagoda_workers", { state: "serving" })).toBe(2);
      expect(page("pagoda_worker_restarts_total")).toBe(1);
    });
    expect(workers()).not.toContain(victim);
    expect((await scrape(proxy.admin))("pagoda_requests_total", produced)).toBeGreaterThanOrEqual(counted);
    await client.close();
  });

  it("refuses a wrong file once, and follows it when it is right again", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pagoda-workers-"));
    const file = join(folder, "pagoda.yaml");
    const yaml = (rest: string): string =>
      `clusters: { main: { bootstrap: "${cluster.bootstrap}" } }\nworkers: 2\n${rest}\n`;
    await writeFile(file, yaml("drainTimeout: 5s"));
    proxy = await startPagoda(["-c", file]);
    const reloads = async (outcome: string): Promise<number> =>
      (await scrape(proxy.admin))("pagoda_config_reloads_total", { outcome });
    await writeFile(file, yaml("drainTimout: 5s"));
    await eventually(async () => expect(await reloads("rejected")).toBe(1));
    await writeFile(file, yaml("drainTimeout: 6s"));
    await eventually(async () => expect(await reloads("success")).toBe(1));
    expect(await reloads("rejected")).toBe(1);
    await rm(folder, { recursive: true });
  });

  it("drains both on SIGTERM, with nothing lost and nobody left", async () => {
    await start();
    const client = producer("load");
    await send(client, 20);
    const pids = workers();
    proxy.signal("SIGTERM");
    expect(await proxy.exited).toBe(0);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    await client.close();
  });

  it("says once that a port is taken", async () => {
    await start();
    await expect(
      startPagoda(["--bootstrap", cluster.bootstrap, "--workers", "2", "--listen", proxy.address]),
    ).rejects.toThrow(/in use/);
  });
});
