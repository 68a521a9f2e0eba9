import { join } from "node:path";

import { startKafka } from "../scripts/kafka/start.ts";
import { kafkaVersion } from "../scripts/kafka/version.ts";
import type { Bench, BenchReport } from "./lib/bench.ts";
import { interleave, tableOf } from "./lib/interleave.ts";
import type { InterleaveOptions } from "./lib/interleave.ts";
import { cpuSeconds, residentMiB, startNode, withChildren } from "./lib/process.ts";
import type { LatencyLoad, LatencyResult } from "./proxy/latency.ts";
import { routesTo } from "./proxy/routes.ts";
import type { Route } from "./proxy/routes.ts";
import { consume, produce, recordBytes, topic } from "./proxy/workloads.ts";

const records = 200_000;
const rounds = 7;
const latency = {
  topic: "latency",
  requests: 3_000,
  requestsPerSecond: 750,
  recordsPerRequest: 10,
  recordBytes,
};

/** What a Kafka client notices of the proxy, and what the proxy spends, before a real broker. */
export const bench: Bench = {
  about:
    "produce and consume through pagoda run, against direct and a Node pipe; added latency; CPU per GB; memory",
  run: async (): Promise<BenchReport> => {
    await using kafka = await startKafka({ properties: { "log.retention.bytes": "1000000000" } });
    await using running = new AsyncDisposableStack();
    for (const [name, partitions] of [
      [topic, "6"],
      [latency.topic, "1"],
    ] as const) {
      const create = ["--create", "--topic", name, "--partitions", partitions];
      await kafka.tools.run("topics", ["--bootstrap-server", kafka.bootstrap, ...create]);
    }
    const routes = (await routesTo(kafka)).map((route) => running.use(route));
    const idle = routes.flatMap(({ name, pid }) =>
      pid === undefined
        ? []
        : [`${name}: ${sumOf(pid, residentMiB).toFixed(0)} MiB resident before any traffic`],
    );
    const client = running.use(await startNode(join(import.meta.dirname, "proxy/latency.ts")));
    const tables = [];
    for (const [title, work] of [
      ["Produce", produce],
      ["Consume", consume],
    ] as const) {
      const spent = new Map<string, number[]>();
      const variants = routes.map((route) => ({
        name: route.name,
        measure: () => measuring(route, spent, () => work(kafka.tools, route.bootstrap, records)),
      }));
      const what = `${title}: records of 1 KiB, Kafka's own performance tool`;
      tables.push(await interleave(variants, { title: what, unit: "MB/s", baseline: ["direct"], rounds }));
      tables.push(
        notedTable(spent, { title: what, unit: "proxy CPU s per GB", baseline: ["Node pipe"], rounds }),
      );
    }
    const p99 = new Map<string, number[]>();
    const variants = routes.map(({ name, bootstrap }) => ({
      name,
      measure: async () => {
        const load: LatencyLoad = { ...latency, bootstrap };
        const result = (await client.ask(load)) as LatencyResult & { readonly failure?: string };
        if (result.failure !== undefined) throw new Error(`${name}: ${result.failure}`);
        p99.set(name, [...(p99.get(name) ?? []), result.p99]);
        return result.p50;
      },
    }));
    const title = "Produce requests of ten records of 1 KiB, 7,500 records a second";
    tables.push(await interleave(variants, { title, unit: "ms, p50", baseline: ["direct"], rounds }));
    tables.push(notedTable(p99, { title, unit: "ms, p99", baseline: ["direct"], rounds }));
    const after = routes.flatMap(({ name, pid }) =>
      pid === undefined ? [] : [`${name}: ${sumOf(pid, residentMiB).toFixed(0)} MiB resident at the end`],
    );
    return { tables, notes: [`Apache Kafka ${kafkaVersion}, one broker`, ...idle, ...after] };
  },
};

/** Over a proxy's processes. */
function sumOf(pid: number, measure: (pid: number) => number): number {
  return withChildren(pid).reduce((sum, each) => sum + measure(each), 0);
}

/** Does the work, and notes what the proxy spent on it. */
async function measuring(
  { name, pid }: Route,
  spent: Map<string, number[]>,
  work: () => Promise<number>,
): Promise<number> {
  const spentSoFar = (): number => (pid === undefined ? 0 : sumOf(pid, cpuSeconds));
  const before = spentSoFar();
  const result = await work();
  if (pid !== undefined) {
    const perGb = ((spentSoFar() - before) * 1e9) / (records * recordBytes);
    spent.set(name, [...(spent.get(name) ?? []), perGb]);
  }
  return result;
}

/** Of figures that were noted beside others, without the warm-up round. */
function notedTable(values: ReadonlyMap<string, readonly number[]>, options: InterleaveOptions) {
  return tableOf(new Map([...values].map(([name, all]) => [name, all.slice(1)])), options);
}
