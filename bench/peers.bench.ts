import { join } from "node:path";

import type { KafkaCluster } from "../scripts/kafka/cluster.ts";
import { startKafka } from "../scripts/kafka/start.ts";
import { kafkaVersion } from "../scripts/kafka/version.ts";
import { watchedFolder } from "../scripts/kafka/watchdog.ts";
import type { Watched } from "../scripts/kafka/watchdog.ts";
import { haproxy, nginx } from "./forward/peers.ts";
import { spread } from "./lib/bench.ts";
import type { Bench, BenchReport, Table } from "./lib/bench.ts";
import { interleave, tableOf } from "./lib/interleave.ts";
import { cpuSeconds, residentMiB, startNode } from "./lib/process.ts";
import type { Running } from "./lib/process.ts";
import { kafkaProxy } from "./peers/kafka-proxy.ts";
import { kroxylicious } from "./peers/kroxylicious.ts";
import type { Load, LoadResult } from "./peers/load.ts";
import { bytesThrough, direct, nodePipe, pagoda, PeerMissing } from "./peers/way.ts";
import type { Way } from "./peers/way.ts";

const rounds = 7;
/** `PAGODA_BENCH=short`: a tenth of the work a round, for a machine that others need too. */
const scale = process.env["PAGODA_BENCH"] === "short" ? 0.1 : 1;

/** 60 records of 1 KiB: what the Java client puts into a batch of 64 KiB. */
const recordsPerRequest = 60;
const common = { connections: 4, depth: 4, recordsPerRequest };

interface Workload {
  readonly title: string;
  readonly load: Omit<Load, "bootstrap" | "toLeader">;
}

const produce: Workload = {
  title: "Produce: batches of sixty records of 1 KiB, acks=1, four connections, depth 4",
  load: { ...common, kind: "produce", topic: "written", requests: 4_000 * scale },
};
const fetch: Workload = {
  title: "Consume: Fetch responses of 1 MiB, four connections, depth 1",
  load: { ...common, kind: "fetch", topic: "read", requests: 800 * scale, depth: 1 },
};
const small: Workload = {
  title: "ListOffsets: requests and responses of some sixty bytes, four connections, depth 4",
  load: { ...common, kind: "small", topic: "read", requests: 40_000 * scale },
};
const steady: Workload = {
  title: "Produce requests of ten records of 1 KiB, 400 a second over four connections",
  load: {
    ...common,
    kind: "produce",
    topic: "written",
    requests: 2_000 * scale,
    recordsPerRequest: 10,
    requestsPerSecond: 400,
  },
};

/** What a Kafka client notices of Pagoda, and what Pagoda spends, beside other proxies. */
export const bench: Bench = {
  about:
    "Pagoda beside Kroxylicious, grepplabs/kafka-proxy, nginx, HAProxy and a Node pipe, before a real broker",
  run: async (): Promise<BenchReport> => {
    await using running = new AsyncDisposableStack();
    // Whatever this process comes to, nothing that it started outlives it.
    const watched = watchedFolder("pagoda-bench-peers-");
    running.defer(() => watched.close());
    const kafka = running.use(await startKafka({ properties: brokerProperties }));
    const client = running.use(await startNode(join(import.meta.dirname, "peers/load.ts")));
    watched.add(client.pid);
    await prepare(kafka, client);
    const { ways, missing } = await openWays(kafka, watched, running);
    const idle = memoryOf(ways, "resident before any traffic");
    const tables: Table[] = [];
    for (const [workload, unit, of] of [
      [produce, "MB/s", throughput],
      [fetch, "MB/s", throughput],
      [small, "requests/s", ({ seconds }: LoadResult) => small.load.requests / seconds],
    ] as const) {
      tables.push(...(await throughputAndCpu(ways, client, workload, unit, of)));
    }
    const latency = await latencies(ways, client);
    // A peer that is not there must not pass for one that was measured.
    if (missing.length > 0) process.exitCode = 1;
    return {
      tables: [...tables, ...latency.tables],
      notes: [
        `Apache Kafka ${kafkaVersion}, one broker`,
        ...(scale === 1 ? [] : ["a tenth of the work a round (PAGODA_BENCH=short)"]),
        ...missing,
        ...latency.notes,
        ...idle,
        ...memoryOf(ways, "resident at the end"),
      ],
    };
  },
};

/** What is written goes again: the disk is not what is measured. */
const brokerProperties = {
  "log.retention.bytes": "268435456",
  "log.segment.bytes": "67108864",
  "log.retention.check.interval.ms": "5000",
  "log.segment.delete.delay.ms": "1000",
};

async function prepare(kafka: KafkaCluster, client: Running): Promise<void> {
  const { bootstrap, tools } = kafka;
  for (const topic of ["written", "read"]) {
    const create = ["--create", "--topic", topic, "--partitions", String(common.connections)];
    await tools.run("topics", ["--bootstrap-server", bootstrap, ...create]);
  }
  // Two MiB in each partition: a Fetch of one MiB has enough.
  await ask(client, { ...produce.load, topic: "read", requests: 144, bootstrap, toLeader: true });
}

async function openWays(kafka: KafkaCluster, watched: Watched, running: AsyncDisposableStack) {
  const { bootstrap } = kafka;
  const port = Number(bootstrap.split(":").at(-1));
  const ways: Way[] = [direct(bootstrap)];
  const missing: string[] = [];
  for (const open of [
    () => bytesThrough(nginx(), port, watched),
    () => bytesThrough(haproxy(), port, watched),
    () => nodePipe(port, watched),
    () => pagoda(bootstrap, watched),
    () => kroxylicious(bootstrap, watched),
    () => kafkaProxy(bootstrap, watched),
  ]) {
    try {
      ways.push(running.use(await open()));
    } catch (error) {
      if (!(error instanceof PeerMissing)) throw error;
      missing.push(error.message);
    }
  }
  return { ways, missing };
}

async function throughputAndCpu(
  ways: readonly Way[],
  client: Running,
  { title, load }: Workload,
  unit: string,
  of: (result: LoadResult) => number,
): Promise<Table[]> {
  const spent = new Map<string, number[]>();
  const variants = ways.map((way) => ({
    name: way.name,
    measure: async () => {
      const before = way.pid === undefined ? 0 : cpuSeconds(way.pid);
      const result = await ask(client, { ...load, bootstrap: way.bootstrap, toLeader: way.readsKafka });
      if (way.pid !== undefined) {
        const seconds = cpuSeconds(way.pid) - before;
        const per = load.kind === "small" ? load.requests / 1e6 : result.recordBytes / 1e9;
        spent.set(way.name, [...(spent.get(way.name) ?? []), seconds / per]);
      }
      return of(result);
    },
  }));
  const speed = await interleave(variants, { title, unit, baseline: ["direct"], rounds });
  const cpuUnit = load.kind === "small" ? "proxy CPU s per million requests" : "proxy CPU s per GB";
  const baseline = ["nginx stream", "Node pipe"];
  return [speed, tableOf(withoutWarmup(spent), { title, unit: cpuUnit, baseline, rounds })];
}

/** Milliseconds at a modest rate, and how many more than without a proxy in the same round. */
async function latencies(ways: readonly Way[], client: Running) {
  const p50 = new Map<string, number[]>();
  const p99 = new Map<string, number[]>();
  const { title, load } = steady;
  const variants = ways.map((way) => ({
    name: way.name,
    measure: async () => {
      const result = await ask(client, { ...load, bootstrap: way.bootstrap, toLeader: way.readsKafka });
      p50.set(way.name, [...(p50.get(way.name) ?? []), result.p50]);
      p99.set(way.name, [...(p99.get(way.name) ?? []), result.p99]);
      return result.p50;
    },
  }));
  const baseline = ["direct"];
  const middle = await interleave(variants, { title, unit: "ms, p50", baseline, rounds });
  const late = tableOf(withoutWarmup(p99), { title, unit: "ms, p99", baseline, rounds });
  const added = (name: string, values: ReadonlyMap<string, readonly number[]>): string => {
    const base = values.get("direct") ?? [];
    const { median, min, max } = spread(
      (values.get(name) ?? []).map((ms, round) => ms - (base[round] ?? Number.NaN)).slice(1),
    );
    return `${median.toFixed(2)} ms (${min.toFixed(2)} to ${max.toFixed(2)})`;
  };
  const notes = ways
    .slice(1)
    .map(({ name }) => `${name} adds ${added(name, p50)} at p50, ${added(name, p99)} at p99`);
  return { tables: [middle, late], notes };
}

function withoutWarmup(values: ReadonlyMap<string, readonly number[]>): Map<string, number[]> {
  return new Map([...values].map(([name, all]) => [name, all.slice(1)]));
}

async function ask(client: Running, load: Load): Promise<LoadResult> {
  const result = (await client.ask(load)) as LoadResult;
  if (result.failure !== undefined) throw new Error(`${load.bootstrap}, ${load.kind}: ${result.failure}`);
  return result;
}

function throughput({ recordBytes, seconds }: LoadResult): number {
  return recordBytes / seconds / 1e6;
}

function memoryOf(ways: readonly Way[], when: string): string[] {
  return ways.flatMap(({ name, pid }) =>
    pid === undefined ? [] : [`${name}: ${residentMiB(pid).toFixed(0)} MiB ${when}`],
  );
}
