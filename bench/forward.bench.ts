import { join } from "node:path";

import type { Load, LoadResult } from "./forward/load.ts";
import { haproxy, nginx } from "./forward/peers.ts";
import type { Bench, BenchReport } from "./lib/bench.ts";
import { interleave } from "./lib/interleave.ts";
import { cpuSeconds, residentMiB, startNode } from "./lib/process.ts";
import type { Running } from "./lib/process.ts";

const folder = join(import.meta.dirname, "forward");

interface Subject {
  readonly name: string;
  readonly proxy: Running;
}

interface Figure {
  readonly title: string;
  readonly unit: string;
  readonly load: Load;
  /** What a round says of the proxy: read before it, and after it. */
  readonly of: (before: number, after: number) => number;
  readonly read: (pid: number) => number;
}

function pingPong(connections: number, depth: number, requests: number): Figure {
  const where = connections === 1 ? "one connection" : `${connections} connections`;
  return {
    title: `100-byte requests and responses, ${where}, depth ${depth}`,
    unit: "CPU s per million requests",
    load: { kind: "ping-pong", port: 0, connections, depth, requests, requestBytes: 100 },
    read: cpuSeconds,
    of: (before, after) => ((after - before) * 1e6) / requests,
  };
}

function bulk(bytes: number): Figure {
  return {
    title: "Bulk bytes one way, one connection",
    unit: "CPU s per GB",
    load: { kind: "bulk", port: 0, bytes },
    read: cpuSeconds,
    of: (before, after) => ((after - before) * 1e9) / bytes,
  };
}

function held(connections: number, requestBytes: number): Figure {
  return {
    title: `${connections} open connections, quiet after one exchange of ${requestBytes} bytes`,
    unit: "MiB resident",
    load: { kind: "hold", port: 0, connections, requestBytes },
    read: residentMiB,
    of: (_, after) => after,
  };
}

// Short rounds, and many: the machine is rarely quiet for long, and a median forgets the others.
const rounds = 21;
const figures: readonly Figure[] = [
  pingPong(1, 1, 10_000),
  pingPong(1, 16, 160_000),
  pingPong(32, 4, 80_000),
  bulk(400_000_000),
  held(1_000, 100),
];

async function measure({ name, proxy }: Subject, client: Running, { load, read, of }: Figure): Promise<number> {
  const before = read(proxy.pid);
  const { failure } = (await client.ask({ ...load, port: proxy.port })) as LoadResult;
  if (failure !== undefined) throw new Error(`${name}: ${failure}`);
  return of(before, read(proxy.pid));
}

/** What forwarding bytes costs the proxy's process, against other byte proxies in the same run. */
export const bench: Bench = {
  about: "the proxy's CPU seconds per million requests and per GB, beside a Node pipe, nginx and HAProxy",
  run: async (): Promise<BenchReport> => {
    await using running = new AsyncDisposableStack();
    const upstream = running.use(await startNode(join(folder, "upstream.ts")));
    const client = running.use(await startNode(join(folder, "load.ts")));
    const notes: string[] = [];
    const subjects: Subject[] = [];
    for (const peer of [nginx(), haproxy()]) {
      if (typeof peer === "string") notes.push(peer);
      else {
        notes.push(`${peer.name} ${peer.version}`);
        subjects.push({ name: peer.name, proxy: running.use(await peer.start(upstream.port)) });
      }
    }
    for (const [name, program, ...args] of [
      ["Node pipe", "pipe.ts"],
      ["Pagoda forward", "pagoda.ts"],
      ["Pagoda forward, a buffer per read", "pagoda.ts", "by-data-events"],
    ] as const) {
      const proxy = await startNode(join(folder, program), [String(upstream.port), ...args]);
      subjects.push({ name, proxy: running.use(proxy) });
    }

    const tables = [];
    for (const figure of figures) {
      const variants = subjects.map((subject) => ({
        name: subject.name,
        measure: () => measure(subject, client, figure),
      }));
      const { title, unit } = figure;
      tables.push(await interleave(variants, { title, unit, baseline: ["nginx stream", "Node pipe"], rounds }));
    }
    return { tables, notes: [...notes, "each proxy in one process, client and upstream in their own"] };
  },
};
