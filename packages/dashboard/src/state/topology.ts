import type { Actor, EdgeRow } from "@pagoda/traffic/view";

import { collapse } from "./topology-collapse.ts";
import { worst } from "./topology-model.ts";
import type { Topology, TopologyEdge, TopologyNode } from "./topology-model.ts";

export interface TopologyOptions {
  /** Sides that are shown whole, as `more.side` names them. */
  readonly expanded?: ReadonlySet<string>;
  /** Neighbours on each side of a node. @default 6 */
  readonly maxNeighbours?: number;
}

/** An edge that passed nothing for so long is dashed. */
export const idleAfterMs = 60_000;

/** The picture of who sends what to whom: of all listeners together, worst first where there is too much. */
export function buildTopology(rows: readonly EdgeRow[], options: TopologyOptions = {}): Topology {
  const { expanded = new Set(), maxNeighbours = 6 } = options;
  const nodes = new Map<string, TopologyNode>();
  const edges = new Map<string, TopologyEdge>();
  for (const row of rows) {
    const source = nodeOf(row.source, "from");
    const target = nodeOf(row.target, row.op === "http" ? "from" : "to");
    nodes.set(source.id, source);
    nodes.set(target.id, target);
    const id = `${source.id}\n${target.id}\n${row.op}`;
    edges.set(id, merged(edges.get(id), row, { id, source: source.id, target: target.id }));
  }
  return collapse({ nodes: [...nodes.values()], edges: [...edges.values()] }, { expanded, maxNeighbours });
}

function nodeOf({ kind, name }: Actor, end: "from" | "to"): TopologyNode {
  return { id: kind === "client" ? `${kind}:${end}:${name}` : `${kind}:${name}`, kind, name };
}

function merged(
  before: TopologyEdge | undefined,
  row: EdgeRow,
  ends: Pick<TopologyEdge, "id" | "source" | "target">,
): TopologyEdge {
  const { op, recordsPerSecond, bytesPerSecond, errorShare, lastAt } = row;
  if (before === undefined) {
    return { ...ends, op, recordsPerSecond, bytesPerSecond, errorShare, lastAt, more: false };
  }
  return {
    ...before,
    recordsPerSecond: before.recordsPerSecond + recordsPerSecond,
    bytesPerSecond: before.bytesPerSecond + bytesPerSecond,
    errorShare: worst(before.errorShare, errorShare),
    lastAt: Math.max(before.lastAt, lastAt),
  };
}
