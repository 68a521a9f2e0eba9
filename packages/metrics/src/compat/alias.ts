import type { Metric, Registry } from "prom-client";

/** One line, as prom-client keeps it. */
export interface Line {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Of histograms: `NAME_bucket`, `NAME_sum` or `NAME_count`. */
  readonly metricName?: string;
}

/** A family under a foreign name, made of our own when the page is asked for. */
export interface Alias {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** Our family that it is read from, as prom-client names it. */
  readonly from: string;
  /** The foreign labels of one of our lines; undefined leaves it out. Lines that come out alike are added up. */
  labels(ours: Readonly<Record<string, string>>, tlsOf: TlsOf): Readonly<Record<string, string>> | undefined;
  /** What one of our units is in theirs: 1000 for seconds told in milliseconds. @default 1 */
  readonly scale?: number;
  /** Take only the number of observations of our histogram, as a counter. @default false */
  readonly countOnly?: boolean;
  /** Take only the sum of our histogram, as a counter. @default false */
  readonly sumOnly?: boolean;
}

/** Whether the clients of a listener come with TLS: `true`, `false`, or `unknown` where both do. */
export type TlsOf = (listener: string | undefined) => string;

/** Prints `alias` on the registry's page. Nothing is counted twice: our own family is read when asked. */
export function printAlias(registry: Registry, alias: Alias): void {
  const { name, type, help } = alias;
  const get = async (): Promise<object> => ({
    name,
    type,
    help,
    aggregator: "sum",
    values: await valuesOf(registry, alias),
  });
  // prom-client asks no more than this of a metric that it prints.
  registry.registerMetric({ name, type, help, get, reset: () => undefined } as unknown as Metric);
}

async function valuesOf(registry: Registry, alias: Alias): Promise<readonly Line[]> {
  const tls = await tlsByListener(registry);
  const sums = new Map<string, { labels: Record<string, string>; value: number; metricName?: string }>();
  for (const line of await linesOf(registry, alias.from)) {
    const part = line.metricName?.slice(alias.from.length) ?? "";
    if (alias.countOnly === true && part !== "_count") continue;
    if (alias.sumOnly === true && part !== "_sum") continue;
    const theirs = alias.labels(line.labels, (listener) => tls.get(listener ?? "") ?? "unknown");
    if (theirs === undefined) continue;
    const labels = { ...bound(line.labels["le"], alias.scale ?? 1), ...theirs };
    const metricName = alias.type === "histogram" ? alias.name + part : undefined;
    const key = JSON.stringify([metricName, labels]);
    const sum = sums.get(key) ?? { labels, value: 0, ...(metricName !== undefined && { metricName }) };
    sum.value += part === "_sum" ? line.value * (alias.scale ?? 1) : line.value;
    sums.set(key, sum);
  }
  return [...sums.values()];
}

function bound(le: number | string | undefined, scale: number): Record<string, string> {
  if (le === undefined) return {};
  // Three digits more than any bound of ours has: 0.0025 s are 2.5 ms, not 2.5000000000000004.
  return { le: le === "+Inf" ? le : String(Number((Number(le) * scale).toPrecision(12))) };
}

async function tlsByListener(registry: Registry): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { labels } of await linesOf(registry, "pagoda_tcp_open_total")) {
    const { listener = "", peer, tls = "unknown" } = labels;
    if (peer !== "src") continue;
    found.set(listener, (found.get(listener) ?? tls) === tls ? tls : "unknown");
  }
  return found;
}

/** None for a family that this registry does not have. */
async function linesOf(registry: Registry, name: string): Promise<readonly Line[]> {
  const metric = registry.getSingleMetric(name) as unknown as
    | { get(): Promise<{ values: readonly Line[] }> }
    | undefined;
  return metric === undefined ? [] : (await metric.get()).values;
}
