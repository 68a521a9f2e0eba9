import { Registry } from "prom-client";
import type { Metric } from "prom-client";

import type { FamilySnapshot } from "./snapshot.ts";

/**
 * A registry of families that are only read: what `metricsPage` prints. prom-client's own
 * `AggregatorRegistry.aggregate` makes its registry in the same way.
 */
export function pageRegistry(families: readonly FamilySnapshot[]): Registry {
  const registry = new Registry();
  for (const family of families) {
    const metric = { ...family, get: () => Promise.resolve(family) };
    registry.registerMetric(metric as unknown as Metric);
  }
  return registry;
}
