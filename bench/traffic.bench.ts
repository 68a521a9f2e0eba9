import { join } from "node:path";

import type { KafkaLoad } from "./forward/kafka-load.ts";
import { exchangeKinds } from "./forward/kafka-messages.ts";
import type { Bench, BenchReport } from "./lib/bench.ts";
import { interleave } from "./lib/interleave.ts";
import { cpuSeconds, startNode } from "./lib/process.ts";
import type { Running } from "./lib/process.ts";

const folder = join(import.meta.dirname, "forward");
const rounds = 11;
const metered = "default tiers and metrics";

const loads = [
  { connections: 1, depth: 16, requests: 40_000 },
  { connections: 32, depth: 4, requests: 30_000 },
] as const;

/** What it costs that somebody records the traffic. */
export const bench: Bench = {
  about:
    "the traffic recorder's CPU seconds per million requests: the default tiers and metrics, with and without",
  run: async (): Promise<BenchReport> => {
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
        const where = load.connections === 1 ? "one connection" : `${load.connections} connections`;
        const title = `${exchange} of about ${exchange === "produce" ? 240 : 110} bytes, ${where}, depth ${load.depth}`;
        tables.push(
          await interleave(variants, {
            title,
            unit: "CPU s per million requests",
            baseline: [metered],
            rounds,
            warmups: 2,
          }),
        );
      }
    }
    return {
      tables,
      notes: [
        "each proxy in one process, client and upstream in their own; without groups and timelines of offsets",
      ],
    };
  },
};
