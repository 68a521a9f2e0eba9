import type { ListenerRow } from "@pagoda/traffic/view";

import type { TierOutline } from "../api/shapes.ts";

/** A row of the waterfall of a listener's mean request. */
export interface WaterfallRow {
  readonly name: string;
  /** How many tiers are around it. */
  readonly depth: number;
  readonly kind: "tier" | "branch" | "broker";
  /** Shares of the whole request's time, from 0 to 1. */
  readonly from: number;
  readonly to: number;
}

/**
 * A request passes the tiers from the outermost in, waits for the broker, and passes them the other way
 * out. How the proxy's time is split among them is not measured: it is drawn in equal steps, half of it
 * before the broker and half after. Without requests each row is as wide as the whole.
 */
export function waterfallOf(
  tiers: readonly TierOutline[],
  { proxyMs, brokerMs }: Pick<ListenerRow, "proxyMs" | "brokerMs">,
): readonly WaterfallRow[] {
  const flat = flattened(tiers, 0, "tier");
  const whole = (proxyMs ?? 0) + (brokerMs ?? 0);
  const own = whole > 0 ? (proxyMs ?? 0) / whole : 0;
  const deepest = Math.max(1, ...flat.map(({ depth }) => depth + 1));
  const edge = (depth: number): number => (own / 2) * (depth / deepest);
  const rows = flat.map(({ name, depth, kind }): WaterfallRow => {
    return { name, depth, kind, from: edge(depth), to: 1 - edge(depth) };
  });
  return [...rows, { name: "broker", depth: deepest, kind: "broker", from: own / 2, to: 1 - own / 2 }];
}

type Flat = Pick<WaterfallRow, "name" | "depth" | "kind">;

/** Each tier is inside the one before it; what a tier leads to beside that is a branch. */
function flattened(tiers: readonly TierOutline[], depth: number, kind: "tier" | "branch"): readonly Flat[] {
  return tiers.flatMap(({ name, to = [], builds = [] }, n) => [
    { name, depth: depth + n, kind },
    ...flattened(to, depth + n + 1, "branch"),
    ...flattened(builds, depth + n + 1, kind),
  ]);
}
