import type { Families, Family, FamilyHead, FamilySnapshot, Sample } from "./snapshot.ts";

/** What one process said of its metrics. */
export interface Part {
  /** The `worker` label of what is told apart by process: `1`, `2`, ..., or `primary`. */
  readonly worker: string;
  readonly families: Families;
}

/** How the samples of one series, from several processes, become one. */
type Combine = (values: readonly number[]) => number;

const sum: Combine = (values) => values.reduce((total, value) => total + value, 0);
const largest: Combine = (values) => values.reduce((a, b) => Math.max(a, b));
const smallest: Combine = (values) => values.reduce((a, b) => Math.min(a, b));
const first: Combine = ([value = Number.NaN]) => value;
const average: Combine = (values) => sum(values) / values.length;

const byAggregator: ReadonlyMap<string, Combine> = new Map([
  ["sum", sum],
  ["max", largest],
  ["min", smallest],
  ["first", first],
  ["average", average],
]);

/** Worst first: what a listener is when its workers do not agree. */
export const worstStates = ["failed", "initializing", "draining", "serving"] as const;

/**
 * One family for all processes.
 *
 * - Counters and histograms are summed, and so are gauges, which count things (connections,
 *   requests in flight, series).
 * - `*_info`: the series of all, as they are: two hashes are seen while workers differ.
 * - `*_timestamp_seconds`: the latest, for an expiry the soonest. Lag: the largest, since workers
 *   that see the same group would count it twice.
 * - `pagoda_listener_state`: the worst state of a listener.
 * - `process_*` and `nodejs_*` are about one process: a `worker` label tells them apart.
 * - Any other gauge as prom-client's `aggregator` says, `omit` included.
 *
 * Quantiles of summaries cannot be added up, and are left out.
 */
export function aggregate(parts: readonly Part[]): readonly FamilySnapshot[] {
  const byName = new Map<string, { worker: string; family: Family }[]>();
  for (const { worker, families } of parts) {
    for (const [name, family] of families) {
      const found = byName.get(name);
      if (found === undefined) byName.set(name, [{ worker, family }]);
      else found.push({ worker, family });
    }
  }
  return [...byName.values()].flatMap((all) => combineFamily(all) ?? []);
}

function combineFamily(
  all: readonly { readonly worker: string; readonly family: Family }[],
): FamilySnapshot | undefined {
  const head = all[0]?.family.head;
  if (head === undefined) return undefined;
  if (isPerProcess(head.name)) {
    return { ...head, values: all.flatMap(({ worker, family }) => ofWorker(family, worker)) };
  }
  const families = all.map(({ family }) => family);
  if (head.name === "pagoda_listener_state") return { ...head, values: worstOf(families) };
  const combine = combineOf(head);
  return combine && { ...head, values: combineSeries(families, combine) };
}

/** Whether a family says something of one process alone. */
export function isPerProcess(name: string): boolean {
  return name.startsWith("process_") || name.startsWith("nodejs_");
}

function ofWorker({ series }: Family, worker: string): readonly Sample[] {
  return Array.from(series.values(), (sample) => ({ ...sample, labels: { ...sample.labels, worker } }));
}

function combineOf({ name, type, aggregator }: FamilyHead): Combine | undefined {
  if (type !== "gauge") return sum;
  if (name.endsWith("_info")) return first;
  if (name.endsWith("_expiry_timestamp_seconds")) return smallest;
  if (name.endsWith("_timestamp_seconds") || name.includes("_lag_")) return largest;
  return byAggregator.get(aggregator);
}

function combineSeries(families: readonly Family[], combine: Combine): readonly Sample[] {
  const combined = new Map<string, { readonly sample: Sample; readonly values: number[] }>();
  for (const { series } of families) {
    for (const [key, sample] of series) {
      if ("quantile" in sample.labels) continue;
      const found = combined.get(key);
      if (found === undefined) combined.set(key, { sample, values: [sample.value] });
      else found.values.push(sample.value);
    }
  }
  return Array.from(combined.values(), ({ sample, values }) => ({ ...sample, value: combine(values) }));
}

function worstOf(families: readonly Family[]): readonly Sample[] {
  const worst = new Map<string, number>();
  for (const { series } of families) {
    for (const { labels, value } of series.values()) {
      const rank = worstStates.findIndex((state) => state === labels["state"]);
      if (value !== 1 || rank === -1) continue;
      const listener = String(labels["listener"]);
      worst.set(listener, Math.min(rank, worst.get(listener) ?? rank));
    }
  }
  return combineSeries(families, first).map((sample) => {
    const state = worstStates[worst.get(String(sample.labels["listener"])) ?? -1];
    return { ...sample, value: sample.labels["state"] === state ? 1 : 0 };
  });
}
