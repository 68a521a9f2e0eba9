import type { EdgeRow } from "@pagoda/traffic/view";
import { expect, it } from "vitest";

import { layoutTopology, pathOf } from "./topology-layout.ts";
import { buildTopology } from "./topology.ts";

function edge(source: string, target: string, changes: Partial<EdgeRow> = {}): EdgeRow {
  return {
    listener: "main",
    source: { kind: "client", name: source },
    target: { kind: "topic", name: target },
    op: "produce",
    recordsPerSecond: 1,
    bytesPerSecond: 10,
    errorShare: 0,
    tls: "no",
    auth: "-",
    lastAt: 0,
    ...changes,
  };
}

it("adds up what several listeners see of one edge", () => {
  const { edges } = buildTopology([edge("a", "t"), edge("a", "t", { listener: "other", errorShare: 0.5 })]);
  expect(edges).toMatchObject([{ recordsPerSecond: 2, errorShare: 0.5 }]);
});

it("puts a client that reads and writes on both sides", () => {
  const reads = edge("", "", {
    op: "fetch",
    source: { kind: "topic", name: "t" },
    target: { kind: "client", name: "a" },
  });
  const { nodes } = buildTopology([edge("a", "t"), reads]);
  expect(nodes.map(({ id }) => id)).toEqual(["client:from:a", "client:to:a", "topic:t"]);
});

it("shows six neighbours of a side, worst first, and the others behind one node", () => {
  const rows = Array.from({ length: 9 }, (_, n) => edge(`c${n}`, "t", { errorShare: n === 8 ? 0.2 : 0 }));
  const { nodes, edges } = buildTopology(rows);
  expect(nodes.filter(({ kind }) => kind === "client").map(({ name }) => name)).toEqual([
    "c0",
    "c1",
    "c2",
    "c3",
    "c4",
    "c8",
  ]);
  const more = nodes.find(({ kind }) => kind === "more");
  expect(more).toMatchObject({ name: "+3 more", more: { count: 3 } });
  expect(edges.find((each) => each.more)).toMatchObject({ recordsPerSecond: 3, target: "topic:t" });
  expect(buildTopology(rows, { expanded: new Set([more?.more?.side ?? ""]) }).nodes).toHaveLength(10);
});

it("places sources left of targets and draws every edge", () => {
  const topology = buildTopology([edge("a", "t"), edge("b", "t")]);
  const { nodes, edges, width } = layoutTopology(topology);
  expect(nodes.get("client:from:a")?.x).toBeLessThan(nodes.get("topic:t")?.x ?? 0);
  expect(width).toBeGreaterThan(0);
  for (const points of edges.values()) expect(pathOf(points)).toMatch(/^M[\d.]+,/);
});
