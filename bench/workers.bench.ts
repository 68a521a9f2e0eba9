import { join } from "node:path";

import { startNode } from "./lib/process.ts";
import { interleave } from "./lib/interleave.ts";
import type { Bench, BenchReport } from "./lib/bench.ts";
import type { Load, LoadResult } from "./forward/load.ts";

const connections = 16;
const requests = 640;
const opened = 320;

/** What more than one process on a machine brings. */
export const bench: Bench = {
  about: "requests and connections a second with one worker and with two",
  run: async (): Promise<BenchReport> => {
    await using running = new AsyncDisposableStack();
    const client = running.use(await startNode(join(import.meta.dirname, "forward/load.ts")));
    const ports = new Map<string, number>();
    for (const count of [1, 2]) {
      const echo = running.use(
        await startNode(join(import.meta.dirname, "workers/echo.ts"), [String(count)]),
      );
      ports.set(`workers: ${count}`, echo.port);
    }
    const perSecond = async (load: Load, done: number): Promise<number> => {
      const { failure, elapsedMs } = (await client.ask(load)) as LoadResult;
      if (failure !== undefined) throw new Error(failure);
      return (done * 1_000) / elapsedMs;
    };
    const compare = (title: string, unit: string, done: number, loadOn: (port: number) => Load) =>
      interleave(
        Array.from(ports, ([name, port]) => ({ name, measure: () => perSecond(loadOn(port), done) })),
        { title, unit, baseline: ["workers: 1"], rounds: 7 },
      );
    return {
      tables: [
        await compare(
          `Requests that each hash 1 MiB, ${connections} connections`,
          "requests per second",
          requests,
          (port) => ({ kind: "ping-pong", port, connections, depth: 1, requests, requestBytes: 100 }),
        ),
        await compare(
          "Whole connections of one such request, eight at a time",
          "connections per second",
          opened,
          (port) => ({ kind: "churn", port, connections: opened, atOnce: 8, firstBytes: "72".repeat(100) }),
        ),
      ],
      notes: ["the client has a process of its own, which takes its part of the cores"],
    };
  },
};
