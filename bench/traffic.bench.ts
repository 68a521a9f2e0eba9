import { join } from "node:path";

import type { KafkaLoad } from "./forward/kafka-load.ts";
import { exchangeKinds } from "./forward/kafka-messages.ts";
import type { Bench, BenchReport, Table } from "./lib/bench.ts";
import { interleave } from "./lib/interleave.ts";
import { cpuSeconds, startNode } from "./lib/process.ts";
import type { Running } from "./lib/process.ts";
import { WatchedExchanges } from "./traffic/watched.ts";
import type { Watching } from "./traffic/watched.ts";

const folder = join(import.meta.dirname, "forward");
const metered = "default tiers and metrics";

// Short rounds, and many: a median forgets what else the machine did.
const rounds = 31;
const loads = [
  { connections: 1, depth: 1, requests: 2_000 },
  { connections: 1, depth: 16, requests: 24_000 },
] as const;

const exchanges = 8_000;
const watchings: readonly (readonly [string, Watching])[] = [
  ["counted", () => undefined],
  ["counted and recorded", (traffic, watched) => traffic.watch(watched)],
];

/** What it costs that somebody records the traffic. */
export const bench: Bench = {
  about: "recording's CPU per request: metrics with and without recorder, groups, timelines and a closed tap",
  run: async (): Promise<BenchReport> => ({
    tables: [...(await inOneProcess()), ...(await throughProxies())],
    notes: [
      "the first tables: the tiers that count in one process, without sockets, a frame read and answered with another; fetches are for a group",
      "the others: each proxy in one process, client and upstream in their own",
    ],
  }),
};

async function inOneProcess(): Promise<Table[]> {
  const tables = [];
  for (const kind of exchangeKinds) {
    const variants = watchings.map(([name, watching]) => {
      const connection = new WatchedExchanges(kind, watching);
      return {
        name,
        measure: async () => {
          await connection.commits();
          const before = process.cpuUsage();
          await connection.run(exchanges);
          const { user, system } = process.cpuUsage(before);
          return (user + system) / exchanges;
        },
      };
    });
    tables.push(
      await interleave(variants, {
        title: `${kind}, the tiers that count alone`,
        unit: "CPU µs per exchange",
        baseline: ["counted"],
        rounds,
        warmups: 5,
      }),
    );
  }
  return tables;
}

async function throughProxies(): Promise<Table[]> {
  await using running = new AsyncDisposableStack();
  const upstream = running.use(await startNode(join(folder, "kafka-upstream.ts")));
  const client = running.use(await startNode(join(folder, "kafka-load.ts")));
  const subjects: { readonly name: string; readonly proxy: Running }[] = [];
  for (const [name, which] of [
    [metered, "metrics"],
    [`${metered}, recorded`, "traffic"],
  ] as const) {
    const proxy = await startNode(join(folder, "metered.ts"), [String(upstream.port), which]);
    subjects.push({ name, proxy: running.use(proxy) });
  }
  const tables = [];
  for (const exchange of exchangeKinds) {
    for (const load of loads) {
      const variants = subjects.map(({ name, proxy }) => ({
        name,
        measure: async () => {
          const before = cpuSeconds(proxy.pid);
          const asked: KafkaLoad = { ...load, exchange, port: proxy.port };
          const { failure } = (await client.ask(asked)) as { readonly failure?: string };
          if (failure !== undefined) throw new Error(`${name}: ${failure}`);
          return ((cpuSeconds(proxy.pid) - before) * 1e6) / load.requests;
        },
      }));
      tables.push(
        await interleave(variants, {
          title: `${exchange}, through a proxy, one connection, depth ${load.depth}`,
          unit: "CPU s per million requests",
          baseline: [metered],
          rounds,
          warmups: 3,
        }),
      );
    }
  }
  return tables;
}
