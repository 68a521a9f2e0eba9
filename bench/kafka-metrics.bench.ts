import { join } from "node:path";

import type { KafkaLoad } from "./forward/kafka-load.ts";
import { exchangeKinds } from "./forward/kafka-messages.ts";
import { nginx } from "./forward/peers.ts";
import type { Bench, BenchReport } from "./lib/bench.ts";
import { interleave } from "./lib/interleave.ts";
import { cpuSeconds, startNode } from "./lib/process.ts";
import type { Running } from "./lib/process.ts";

const folder = join(import.meta.dirname, "forward");
const rounds = 9;

const loads = [
  { connections: 1, depth: 1, requests: 10_000 },
  { connections: 1, depth: 16, requests: 160_000 },
  { connections: 32, depth: 4, requests: 80_000 },
] as const;

/** What the Kafka metrics cost the proxy's process. */
export const bench: Bench = {
  about: "the Kafka metrics' CPU seconds per million requests: the default tiers with and without, and nginx",
  run: async (): Promise<BenchReport> => {
    await using running = new AsyncDisposableStack();
    const upstream = running.use(await startNode(join(folder, "kafka-upstream.ts")));
    const client = running.use(await startNode(join(folder, "kafka-load.ts")));
    const notes: string[] = [];
    const subjects: { readonly name: string; readonly proxy: Running }[] = [];
    const peer = nginx();
    if (typeof peer === "string") notes.push(peer);
    else {
      notes.push(`${peer.name} ${peer.version}`);
      subjects.push({ name: peer.name, proxy: running.use(await peer.start(upstream.port)) });
    }
    for (const [name, program, ...args] of [
      ["Kafka tiers, no layers", "tiers.ts"],
      ["default tiers, no metrics", "metered.ts"],
      ["default tiers and metrics", "metered.ts", "metrics"],
    ] as const) {
      const proxy = await startNode(join(folder, program), [String(upstream.port), ...args]);
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
        const baseline = ["nginx stream", "default tiers, no metrics"];
        tables.push(
          await interleave(variants, { title, unit: "CPU s per million requests", baseline, rounds }),
        );
      }
    }
    return { tables, notes: [...notes, "each proxy in one process, client and upstream in their own"] };
  },
};
