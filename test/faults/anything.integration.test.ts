// Clients that send anything, a broker that answers anything, and people who look on: the proxy stays.

import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";

import { Random } from "../../packages/kafka/test/fuzz/random.ts";
import { eventually } from "../support/eventually.ts";
import { scrape } from "../support/metrics.ts";
import { startPagoda } from "../support/pagoda.ts";
import { peakMemoryMiB } from "./peak-memory.ts";
import { startStrangeBroker } from "./strange-broker.ts";
import { strangeClient } from "./strange-client.ts";

/** `PAGODA_SEED` for another one. How the system takes turns it does not decide. */
const seed = Number(process.env["PAGODA_SEED"] ?? 1);
/** Milliseconds: more by `PAGODA_CHAOS_MS`. */
const forMs = Number(process.env["PAGODA_CHAOS_MS"] ?? 8_000);
const clients = 30;
const boundMiB = 550;

const title = "is lived through: strange clients, before a strange broker, seed %i";

it.each([seed])(title, { timeout: forMs + 60_000 }, async () => {
  await using broker = await startStrangeBroker(new Random(seed));
  // What is kept shows in a heap that is small.
  const heap = ["--max-old-space-size=256"];
  await using proxy = await startPagoda(["--bootstrap", broker.bootstrap, "--idle-timeout", "3s"], heap);
  const stop = AbortSignal.timeout(forMs);
  const at = Array.from({ length: clients }, (_, n) => strangeClient(proxy.port, new Random(seed + n), stop));
  const looks = ["/metrics", "/api/traffic", "/api/connections", "/api/clusters", "/api/problems"];
  const taps = ["/api/tap?maxPerSecond=1000&records=5", "/api/tap?api=Produce&topic=*", "/api/stream"];
  await Promise.all([
    ...at,
    ...looks.map((path) => lookOften(`${proxy.admin}${path}`, stop)),
    ...taps.map((path) => listenOften(`${proxy.admin}${path}`, stop)),
  ]);
  await eventually(async () => {
    const sum = await scrape(proxy.admin);
    expect(sum("pagoda_tcp_open_connections")).toBe(0);
  }, 40_000);
  const internal = proxy.log.filter(({ err }) => (err as { kind?: string } | undefined)?.kind === "internal");
  expect(internal).toEqual([]);
  expect(proxy.log.filter(({ level }) => level === "fatal")).toEqual([]);
  // Where an observer that fails is told of.
  expect(proxy.stderr).toBe("");
  expect(broker.requests).toBeGreaterThan(100);
  expect(peakMemoryMiB(proxy.pid)).toBeLessThan(boundMiB);
});

async function lookOften(url: string, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    // oxlint-disable-next-line no-await-in-loop -- one look after the other
    const response = await fetch(url);
    expect([url, response.status]).toEqual([url, 200]);
    // oxlint-disable-next-line no-await-in-loop -- one look after the other
    await response.text();
    // oxlint-disable-next-line no-await-in-loop -- one look after the other
    await setTimeout(100);
  }
}

/** Listens for a while, and goes in the middle of it. */
async function listenOften(url: string, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const leave = AbortSignal.timeout(700);
    try {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const response = await fetch(url, { signal: leave });
      expect([url, response.status]).toEqual([url, 200]);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await response.text();
    } catch (error) {
      if (!leave.aborted) throw error;
    }
  }
}
