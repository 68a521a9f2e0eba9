import { Graph, layout } from "@dagrejs/dagre";

import type { Topology } from "./topology-model.ts";

export const nodeSize = { width: 168, height: 42 } as const;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where things are, in pixels; nodes by their centres. */
export interface TopologyLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<string, Point>;
  readonly edges: ReadonlyMap<string, readonly Point[]>;
}

/** What the places depend on: as long as it stays, so do they. */
export function shapeOf({ nodes, edges }: Topology): string {
  return JSON.stringify([nodes.map(({ id }) => id), edges.map(({ id }) => id)]);
}

/** Places nodes from left to right. */
export function layoutTopology({ nodes, edges }: Topology): TopologyLayout {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 14, ranksep: 76, marginx: 4, marginy: 6 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of nodes) graph.setNode(id, { ...nodeSize });
  for (const { id, source, target } of edges) graph.setEdge(source, target, {}, id);
  // Before what begins further right, so that kinds stand below each other.
  const column = { http: 0, client: nodes.some(({ kind }) => kind === "http") ? 1 : 0 };
  const columnOf = { ...column, topic: column.client + 1, group: column.client + 2, more: 0 };
  const targets = new Set(edges.map(({ target }) => target));
  for (const { id, kind } of nodes) {
    if (targets.has(id) || columnOf[kind] === 0) continue;
    graph.setNode(`before ${id}`, { width: 1, height: 1 });
    graph.setEdge(`before ${id}`, id, { minlen: columnOf[kind] }, "before");
  }
  layout(graph);
  const size = graph.graph() as { width?: number; height?: number };
  return {
    width: size.width ?? 0,
    height: size.height ?? 0,
    nodes: new Map(nodes.map(({ id }) => [id, graph.node(id) as Point])),
    edges: new Map(
      edges.map(({ id, source, target }) => {
        const { points = [] } = graph.edge({ v: source, w: target, name: id }) as { points?: Point[] };
        const [from, to] = [graph.node(source) as Point, graph.node(target) as Point];
        // From side to side: not into a corner, or from above.
        const start = { x: from.x + nodeSize.width / 2, y: from.y };
        const end = { x: to.x - nodeSize.width / 2, y: to.y };
        return [id, [start, ...points.slice(1, -1), end]];
      }),
    ),
  };
}

/** The points of an edge as a smooth path. */
export function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return "";
  const start = `M${place(first)}`;
  if (rest.length < 3) {
    const middle = (first.x + last.x) / 2;
    return `${start}C${place({ x: middle, y: first.y })} ${place({ x: middle, y: last.y })} ${place(last)}`;
  }
  // Through the middles between the points, each of which bends it.
  const bends = rest.slice(0, -1).map((point, n) => {
    const next = rest[n + 1] ?? last;
    const end = n === rest.length - 2 ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${place(point)} ${place(end)}`;
  });
  return start + bends.join("");
}

function place({ x, y }: Point): string {
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}
