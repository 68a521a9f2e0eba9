import { compare } from "./forward/compare.ts";
import { haproxy, nginx } from "./forward/peers.ts";
import { nodeSubject, surroundings } from "./forward/subject.ts";
import type { Figure, Subject } from "./forward/subject.ts";
import type { Bench, BenchReport } from "./lib/bench.ts";
import { cpuSeconds, residentMiB } from "./lib/process.ts";

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

function churn(connections: number): Figure {
  return {
    title: "Whole connections of one exchange of 100 bytes, eight at a time",
    unit: "CPU s per 1,000 connections",
    load: { kind: "churn", port: 0, connections, atOnce: 8, firstBytes: "72".repeat(100) },
    read: cpuSeconds,
    of: (before, after) => ((after - before) * 1_000) / connections,
  };
}

function held(connections: number, times: number): Figure {
  return {
    title: `${connections} quiet connections ${times === 1 ? "in a new process" : `after ${times - 1} × as many before them`}`,
    unit: "MiB resident",
    load: { kind: "hold", port: 0, connections, requestBytes: 100 },
    read: residentMiB,
    of: (_, after) => after,
    freshTimes: times,
  };
}

const figures: readonly Figure[] = [
  pingPong(1, 1, 5_000),
  pingPong(1, 16, 80_000),
  pingPong(32, 4, 40_000),
  bulk(200_000_000),
  churn(400),
  held(1_000, 1),
  held(1_000, 10),
];

/** What forwarding bytes costs the proxy's process, against other byte proxies in the same run. */
export const bench: Bench = {
  about: "the proxy's CPU seconds per million requests and per GB, beside a Node pipe, nginx and HAProxy",
  run: async (): Promise<BenchReport> => {
    await using around = await surroundings();
    const notes: string[] = [];
    const peers: Subject[] = [];
    for (const peer of [nginx(), haproxy()]) {
      if (typeof peer !== "string") peers.push(peer);
      notes.push(typeof peer === "string" ? peer : `${peer.name} ${peer.version}`);
    }
    const subjects = [
      ...peers,
      nodeSubject("Node pipe", "pipe.ts"),
      nodeSubject("Pagoda forward", "pagoda.ts"),
      nodeSubject("Pagoda forward, a buffer per read", "pagoda.ts", "by-data-events"),
    ];
    const tables = [];
    for (const figure of figures) {
      tables.push(
        await compare(figure, subjects, around, { baseline: ["nginx stream", "Node pipe"], rounds: 41 }),
      );
    }
    return { tables, notes: [...notes, "each proxy in one process, client and upstream in their own"] };
  },
};
