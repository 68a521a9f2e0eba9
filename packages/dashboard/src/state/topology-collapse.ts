import { worst } from "./topology-model.ts";
import type { Topology, TopologyEdge, TopologyNode } from "./topology-model.ts";

interface CollapseOptions {
  readonly expanded: ReadonlySet<string>;
  readonly maxNeighbours: number;
}

/**
 * Puts what is more than `maxNeighbours` on a side of a node behind one node `+n more`, best first: what
 * has errors stays in sight, then what is busy.
 */
export function collapse({ nodes, edges }: Topology, { expanded, maxNeighbours }: CollapseOptions): Topology {
  const shown = new Map(edges.map((edge) => [edge.id, edge]));
  const added: { node: TopologyNode; edge: TopologyEdge }[] = [];
  for (const { id } of nodes) {
    for (const side of ["in", "out"] as const) {
      const near = [...shown.values()].filter((edge) => (side === "in" ? edge.target : edge.source) === id);
      const key = `${side}\n${id}`;
      if (near.length <= maxNeighbours || expanded.has(key)) continue;
      const hidden = near.toSorted(byBadness).slice(maxNeighbours);
      for (const edge of hidden) shown.delete(edge.id);
      added.push(moreOf(id, side, key, hidden));
    }
  }
  const visible = [...shown.values(), ...added.map(({ edge }) => edge)];
  const used = new Set(visible.flatMap(({ source, target }) => [source, target]));
  return {
    nodes: [...nodes, ...added.map(({ node }) => node)]
      .filter(({ id }) => used.has(id))
      .toSorted((a, b) => a.id.localeCompare(b.id)),
    edges: visible.toSorted((a, b) => a.id.localeCompare(b.id)),
  };
}

/** In steps, so that a picture does not change with every view. */
function byBadness(a: TopologyEdge, b: TopologyEdge): number {
  const errors = ({ errorShare }: TopologyEdge): number => Math.ceil((errorShare ?? 0) * 100);
  const size = ({ recordsPerSecond }: TopologyEdge): number => Math.round(Math.log2(recordsPerSecond + 1));
  return errors(b) - errors(a) || size(b) - size(a) || a.id.localeCompare(b.id);
}

function moreOf(
  of: string,
  side: "in" | "out",
  key: string,
  hidden: readonly TopologyEdge[],
): { node: TopologyNode; edge: TopologyEdge } {
  const id = `more:${key}`;
  const sum = (figure: (edge: TopologyEdge) => number): number =>
    hidden.reduce((total, edge) => total + figure(edge), 0);
  const edge: TopologyEdge = {
    id: `${id}\nedge`,
    source: side === "in" ? id : of,
    target: side === "in" ? of : id,
    op: hidden[0]?.op ?? "produce",
    recordsPerSecond: sum((each) => each.recordsPerSecond),
    bytesPerSecond: sum((each) => each.bytesPerSecond),
    errorShare: hidden.map((each) => each.errorShare).reduce(worst, null),
    lastAt: Math.max(...hidden.map((each) => each.lastAt)),
    more: true,
  };
  const node: TopologyNode = {
    id,
    kind: "more",
    name: `+${hidden.length} more`,
    more: { count: hidden.length, side: key },
  };
  return { node, edge };
}
