import { randomBytes } from "node:crypto";

import type { Bench, BenchReport } from "./lib/bench.ts";
import { heapMiB, SeenTraffic } from "./traffic/idle.ts";

const idle = { clients: 2_000, topics: 500, partitions: 12, stay: true };
const flood = { clients: 10_000, topics: 5_000, partitions: 1, stay: false };

/** What is recorded costs while nothing passes: a sample a second, and memory. */
export const bench: Bench = {
  about: "CPU of the sample that is taken each second while nothing passes, and heap after floods of names",
  run: async (): Promise<BenchReport> => ({
    tables: [],
    notes: [...(await samples()), ...(await floods(true)), ...(await floods(false))],
  }),
};

/** By the minute: in the first one all that there is has only just come. */
async function samples(): Promise<string[]> {
  const traffic = new SeenTraffic({ bounded: false });
  await traffic.sees(idle, (n) => `n${n}`);
  const { rows } = traffic;
  const perSample: string[] = [];
  for (let minute = 0; minute < 16; minute++) {
    const before = process.cpuUsage();
    for (let second = 0; second < 60; second++) traffic.sample();
    const { user, system } = process.cpuUsage(before);
    perSample.push(((user + system) / 60_000).toFixed(1));
  }
  return [
    `${rows} rows and ${idle.topics * idle.partitions} partitions, CPU ms a sample in each minute: ${perSample.join(", ")}`,
  ];
}

async function floods(bounded: boolean): Promise<string[]> {
  const traffic = new SeenTraffic({ bounded });
  await traffic.sees({ ...flood, clients: 100, topics: 10 }, (n) => `w${n % 10}`);
  traffic.sample();
  const names = bounded ? "names bounded as by default" : "every name its own";
  const notes = [`${names}: heap ${heapMiB().toFixed(1)} MiB before`];
  for (let round = 1; round <= 3; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one flood after the other
    await traffic.sees(flood, () => `${randomBytes(12).toString("hex")}x`);
    traffic.sample();
    notes.push(`${names}, flood ${round}: ${traffic.rows} rows, heap ${heapMiB().toFixed(1)} MiB`);
  }
  return notes;
}
