import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { TrafficView } from "@pagoda/traffic/view";

import { amount, lagText, percent, shortened } from "../format/figures.ts";
import { buildTopology, idleAfterMs } from "../state/topology.ts";
import { layoutTopology, nodeSize, pathOf, shapeOf } from "../state/topology-layout.ts";
import type { Point } from "../state/topology-layout.ts";
import type { TopologyEdge, TopologyNode } from "../state/topology-model.ts";
import { hrefOf } from "../state/route.ts";
import { edgeHref } from "./edges-table.tsx";

/** Who sends what to whom, from left to right. The table of edges below says the same. */
export function TopologyPicture({ view }: { readonly view: TrafficView }): JSX.Element {
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const topology = buildTopology(view.edges, { expanded });
  const shape = shapeOf(topology);
  // Places stay as long as the same nodes are there.
  const places = useMemo(() => layoutTopology(topology), [shape]);
  const byId = new Map(topology.nodes.map((node) => [node.id, node]));
  const { width, height } = places;
  return (
    <>
      <div
        class="topology"
        tabIndex={0}
        role="region"
        aria-label="Topology picture; the table of edges says the same"
      >
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
          {topology.edges.map((edge) => (
            <Edge
              key={edge.id}
              edge={edge}
              points={places.edges.get(edge.id) ?? []}
              now={view.at}
              source={byId.get(edge.source)}
              target={byId.get(edge.target)}
            />
          ))}
          {topology.nodes.map((node) => (
            <Node
              key={node.id}
              node={node}
              at={places.nodes.get(node.id) ?? { x: 0, y: 0 }}
              view={view}
              onExpand={(side) => setExpanded(new Set([...expanded, side]))}
            />
          ))}
        </svg>
      </div>
      <p class="legend muted">
        <span>Width: rate</span>
        <span>
          <i class="swatch edge-ok" aria-hidden="true" /> no errors
        </span>
        <span>
          <i class="swatch edge-warn" aria-hidden="true" /> below 1 %
        </span>
        <span>
          <i class="swatch edge-bad" aria-hidden="true" /> more
        </span>
        <span>Dashed: idle for a minute</span>
        {expanded.size > 0 && (
          <button type="button" onClick={() => setExpanded(new Set())}>
            Collapse
          </button>
        )}
      </p>
    </>
  );
}

interface EdgeProps {
  readonly edge: TopologyEdge;
  readonly points: readonly Point[];
  readonly now: number;
  readonly source: TopologyNode | undefined;
  readonly target: TopologyNode | undefined;
}

function Edge({ edge, points, now, source, target }: EdgeProps): JSX.Element {
  const { errorShare, recordsPerSecond, lastAt, op, more } = edge;
  const path = pathOf(points);
  const level = errorShare === null || errorShare === 0 ? "ok" : errorShare < 0.01 ? "warn" : "bad";
  const isIdle = now - lastAt > idleAfterMs;
  const width = Math.min(9, 1.2 + Math.log10(recordsPerSecond + 1) * 1.6);
  const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
  const what = `${source?.name ?? ""} to ${target?.name ?? ""}, ${op}: ${amount(recordsPerSecond)}/s records, errors ${percent(errorShare)}${isIdle ? ", idle" : ""}`;
  const drawn = (
    <g class={`edge edge-${level} ${isIdle ? "idle" : ""}`}>
      <title>{what}</title>
      <path class="edge-hit" d={path} />
      <path class="edge-line" d={path} stroke-width={width.toFixed(1)} />
      {recordsPerSecond > 0 && (
        <text x={middle.x} y={middle.y - 5} class="edge-label num">
          {amount(recordsPerSecond)}/s
        </text>
      )}
    </g>
  );
  if (more || source?.kind === "more" || target?.kind === "more" || !source || !target) return drawn;
  const actor = ({
    kind,
    name,
  }: TopologyNode): { kind: "http" | "client" | "topic" | "group"; name: string } => ({
    kind: kind === "more" ? "client" : kind,
    name,
  });
  return (
    <a href={edgeHref(op, actor(source), actor(target))} aria-label={what}>
      {drawn}
    </a>
  );
}

interface NodeProps {
  readonly node: TopologyNode;
  readonly at: Point;
  readonly view: TrafficView;
  readonly onExpand: (side: string) => void;
}

function Node({ node, at, view, onExpand }: NodeProps): JSX.Element {
  const { width, height } = nodeSize;
  const { kind, name, more } = node;
  const detail = detailOf(node, view);
  const box = (
    <g class={`node node-${kind}`} transform={`translate(${at.x - width / 2},${at.y - height / 2})`}>
      <title>{`${kind} ${name}`}</title>
      <rect width={width} height={height} rx={kind === "client" || kind === "http" ? 21 : 6} />
      {kind !== "more" && <Glyph kind={kind} />}
      <text x={kind === "more" ? width / 2 : 36} y={detail === "" ? 26 : 18} class="node-name">
        {shortened(name || "(empty)", 18)}
      </text>
      {detail !== "" && (
        <text x={36} y={33} class="node-detail num">
          {detail}
        </text>
      )}
    </g>
  );
  if (more !== undefined) {
    const expand = (): void => onExpand(more.side);
    return (
      <g
        role="button"
        tabIndex={0}
        class="expander"
        aria-label={`Show ${more.count} more`}
        onClick={expand}
        onKeyDown={(event: KeyboardEvent) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          expand();
        }}
      >
        {box}
      </g>
    );
  }
  return <a href={nodeHref(node, view)}>{box}</a>;
}

/** Of what kind it is, beside its shape and colour. */
function Glyph({ kind }: { readonly kind: "http" | "client" | "topic" | "group" }): JSX.Element {
  const paths = {
    http: "M14 21h16M22 13a12 12 0 0 1 0 16M22 13a12 12 0 0 0 0 16M14 21a8 8 0 1 0 16 0a8 8 0 1 0-16 0",
    client: "M15 15h14v9h-14zM19 28h6M22 24v4",
    topic: "M14 15h14M14 21h14M14 27h14",
    group: "M14 14h6v6h-6zM23 14h6v6h-6zM14 23h6v6h-6zM23 23h6v6h-6z",
  };
  return <path class="glyph" d={paths[kind]} aria-hidden="true" />;
}

/** A figure or two, from the rows of all listeners. */
function detailOf({ kind, name }: TopologyNode, { clients, topics, groups }: TrafficView): string {
  if (kind === "client") {
    const connections = clients
      .filter(({ client }) => client === name)
      .reduce((sum, row) => sum + row.connections, 0);
    return `${amount(connections)} conn`;
  }
  if (kind === "topic") {
    const row = topics.find(({ topic }) => topic === name);
    return row === undefined ? "" : `${row.partitions} partitions`;
  }
  if (kind === "group") {
    const row = groups.find(({ group }) => group === name);
    return row === undefined ? "" : `lag ${lagText(row.lag)}`;
  }
  return "";
}

function nodeHref({ kind, name }: TopologyNode, { clients, topics, groups }: TrafficView): string {
  const listener = {
    client: clients.find(({ client }) => client === name)?.listener,
    topic: topics.find(({ topic }) => topic === name)?.listener,
    group: groups.find(({ group }) => group === name)?.listener,
    http: undefined,
    more: undefined,
  }[kind];
  if (listener === undefined || kind === "http" || kind === "more") return "#/overview";
  return hrefOf(`${kind}s`, [listener, name]);
}
