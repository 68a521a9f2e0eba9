import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { KafkaLoad } from "./forward/kafka-load.ts";
import type { Bench, BenchReport } from "./lib/bench.ts";
import { interleave } from "./lib/interleave.ts";
import { cpuSeconds, startNode } from "./lib/process.ts";

const rounds = 9;
const perSecond = 5_000;
const pacedSeconds = 3;
const flatOut = 80_000;

const sessions = [
  { name: "closed", request: null },
  { name: "open, 100 events a second", request: {} },
  { name: "open, a filter that nothing passes", request: { topic: "nothing" } },
] as const;

/** What looking at traffic costs it. */
export const bench: Bench = {
  about: "a tap: the proxy's CPU at 5,000 requests a second, and its throughput, with a tap open and closed",
  run: async (): Promise<BenchReport> => {
    await using running = new AsyncDisposableStack();
    const upstream = running.use(await startNode(join(import.meta.dirname, "forward", "kafka-upstream.ts")));
    const client = running.use(await startNode(join(import.meta.dirname, "forward", "kafka-load.ts")));
    const tapped = join(import.meta.dirname, "tap", "tapped.ts");
    const proxy = running.use(await startNode(tapped, [String(upstream.port)]));

    const load = async (requests: number): Promise<void> => {
      const asked: KafkaLoad = { port: proxy.port, exchange: "produce", connections: 4, depth: 4, requests };
      const { failure } = (await client.ask(asked)) as { readonly failure?: string };
      if (failure !== undefined) throw new Error(failure);
    };
    const measured = (work: () => Promise<number>) =>
      sessions.map(({ name, request }) => ({
        name,
        measure: async () => {
          await proxy.ask({ request });
          const value = await work();
          const { events } = (await proxy.ask({ request: null })) as { readonly events: number };
          if (request !== null && "topic" in request !== (events === 0)) {
            throw new Error(`${name}: ${events} events`);
          }
          return value;
        },
      }));
    const paced = measured(async () => {
      const before = cpuSeconds(proxy.pid);
      for (let second = 0; second < pacedSeconds; second++) {
        const next = sleep(1_000);
        await load(perSecond);
        await next;
      }
      return ((cpuSeconds(proxy.pid) - before) * 1e6) / (perSecond * pacedSeconds);
    });
    const fast = measured(async () => {
      const startedMs = performance.now();
      await load(flatOut);
      return flatOut / ((performance.now() - startedMs) / 1_000);
    });
    const baseline = ["closed"];
    return {
      tables: [
        await interleave(paced, {
          title: "Produce of about 240 bytes, 5,000 a second",
          unit: "CPU s per million requests",
          baseline,
          rounds,
        }),
        await interleave(fast, {
          title: "Produce of about 240 bytes, as fast as it goes",
          unit: "requests a second",
          baseline,
          rounds,
        }),
      ],
      notes: ["one proxy process for all, client and upstream in their own; 4 connections, depth 4"],
    };
  },
};
