import { join } from "node:path";

import type { LoadResult, PingPong } from "./forward/load.ts";
import { haproxy, nginx } from "./forward/peers.ts";
import type { Bench, BenchReport } from "./lib/bench.ts";
import { interleave } from "./lib/interleave.ts";
import { cpuSeconds, startNode } from "./lib/process.ts";
import type { Running } from "./lib/process.ts";

const folder = join(import.meta.dirname, "forward");
const rounds = 9;

const loads: readonly PingPong[] = [
  { connections: 1, depth: 1, requests: 10_000 },
  { connections: 1, depth: 16, requests: 160_000 },
  { connections: 32, depth: 4, requests: 80_000 },
].map((load) => ({ kind: "ping-pong", port: 0, requestBytes: 100, kafka: true, ...load }));

/** What speaking Kafka costs the proxy's process, against handing the same bytes on. */
export const bench: Bench = {
  about: "the Kafka tiers' CPU seconds per million requests, beside plain forwarding and nginx",
  run: async (): Promise<BenchReport> => {
    await using running = new AsyncDisposableStack();
    const upstream = running.use(await startNode(join(folder, "upstream.ts")));
    const client = running.use(await startNode(join(folder, "load.ts")));
    const notes: string[] = [];
    const subjects: { readonly name: string; readonly proxy: Running }[] = [];
    for (const peer of [nginx(), haproxy()]) {
      if (typeof peer === "string") notes.push(peer);
      else {
        notes.push(`${peer.name} ${peer.version}`);
        subjects.push({ name: peer.name, proxy: running.use(await peer.start(upstream.port)) });
      }
    }
    for (const [name, program, ...args] of [
      ["Pagoda forward", "pagoda.ts"],
      ["Kafka tiers, no layers", "tiers.ts"],
      ["Kafka tiers, four layers and three watchers", "tiers.ts", "layers"],
    ] as const) {
      const proxy = await startNode(join(folder, program), [String(upstream.port), ...args]);
      subjects.push({ name, proxy: running.use(proxy) });
    }

    const tables = [];
    for (const load of loads) {
      const variants = subjects.map(({ name, proxy }) => ({
        name,
        measure: async () => {
          const before = cpuSeconds(proxy.pid);
          const { failure } = (await client.ask({ ...load, port: proxy.port })) as LoadResult;
          if (failure !== undefined) throw new Error(`${name}: ${failure}`);
          return ((cpuSeconds(proxy.pid) - before) * 1e6) / load.requests;
        },
      }));
      const where = load.connections === 1 ? "one connection" : `${load.connections} connections`;
      const title = `100-byte Kafka requests and responses, ${where}, depth ${load.depth}`;
      const baseline = ["nginx stream", "Pagoda forward"];
      tables.push(
        await interleave(variants, { title, unit: "CPU s per million requests", baseline, rounds }),
      );
    }
    return { tables, notes: [...notes, "each proxy in one process, client and upstream in their own"] };
  },
};
