import type { Actor, EdgeRow } from "@pagoda/traffic/view";

import { safe } from "../output/safe.ts";
import { rate } from "../output/units.ts";

/** The edges as a graph of Graphviz (https://graphviz.org/doc/info/lang.html). */
export function dotGraph(edges: readonly EdgeRow[]): string {
  const shapes = { http: "cds", client: "ellipse", topic: "box", group: "ellipse" } as const;
  const nodes = actorsOf(edges).map(({ id, actor }) => {
    return `  ${id} [label=${quoted(actor.name)}, shape=${shapes[actor.kind]}]`;
  });
  const ids = idsOf(edges);
  const arrows = edges.map((edge) => {
    const label = edgeLabel(edge);
    const color = hasErrors(edge) ? ", color=red" : "";
    return `  ${ids.get(keyOf(edge.source))} -> ${ids.get(keyOf(edge.target))} [label=${quoted(label)}${color}]`;
  });
  return `digraph pagoda {\n  rankdir=LR\n${[...nodes, ...arrows].join("\n")}\n}\n`;
}

/** The edges as a flowchart of Mermaid (https://mermaid.js.org/syntax/flowchart.html). */
export function mermaidGraph(edges: readonly EdgeRow[]): string {
  const ids = idsOf(edges);
  const nodes = actorsOf(edges).map(({ id, actor }) => {
    const label = `"${entities(actor.name)}"`;
    if (actor.kind === "topic") return `  ${id}[${label}]`;
    return actor.kind === "http" ? `  ${id}>${label}]` : `  ${id}([${label}])`;
  });
  const arrows = edges.map((edge) => {
    const [from, to] = [ids.get(keyOf(edge.source)), ids.get(keyOf(edge.target))];
    return `  ${from} -- "${entities(edgeLabel(edge))}" --> ${to}`;
  });
  return `flowchart LR\n${[...nodes, ...arrows].join("\n")}\n`;
}

function edgeLabel({ op, recordsPerSecond }: EdgeRow): string {
  return recordsPerSecond === 0 ? op : `${op} ${rate(recordsPerSecond)}/s`;
}

function hasErrors({ errorShare }: EdgeRow): boolean {
  return errorShare !== null && errorShare >= 0.01;
}

function keyOf({ kind, name }: Actor): string {
  return `${kind}/${name}`;
}

/** Names may hold anything: nodes have ids of their own. */
function actorsOf(edges: readonly EdgeRow[]): readonly { readonly id: string; readonly actor: Actor }[] {
  const actors = new Map(edges.flatMap(({ source, target }) => [source, target]).map((a) => [keyOf(a), a]));
  return [...actors.values()].map((actor, at) => ({ id: `n${at}`, actor }));
}

function idsOf(edges: readonly EdgeRow[]): ReadonlyMap<string, string> {
  return new Map(actorsOf(edges).map(({ id, actor }) => [keyOf(actor), id]));
}

function quoted(text: string): string {
  return `"${safe(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** Mermaid reads markup and its own syntax even between quotes; entities it shows as they are. */
function entities(text: string): string {
  return safe(text).replaceAll(/[^\p{L}\p{N} ._/:-]/gu, (character) => `#${character.codePointAt(0)};`);
}
