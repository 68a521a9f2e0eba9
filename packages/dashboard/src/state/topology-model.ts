import type { Actor, EdgeRow } from "@pagoda/traffic/view";

/** One actor in the picture. A client that reads stands right of the topics, and left if it also writes. */
export interface TopologyNode {
  readonly id: string;
  readonly kind: Actor["kind"] | "more";
  readonly name: string;
  /** Of `more`: how many are behind it, and what to expand. */
  readonly more?: { readonly count: number; readonly side: string };
}

export interface TopologyEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly op: EdgeRow["op"];
  readonly recordsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly errorShare: number | null;
  /** Unix milliseconds. */
  readonly lastAt: number;
  /** Of `more`: it stands for several. */
  readonly more: boolean;
}

export interface Topology {
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
}

/** Null where neither is known. */
export function worst(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}
