import type { Registry } from "prom-client";

/** One sample of a family, as prom-client gives it. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** For parts of a histogram: `..._bucket`, `..._sum`, `..._count`. */
  readonly metricName?: string;
}

/** What a family is, beside its samples. */
export interface FamilyHead {
  readonly name: string;
  readonly help: string;
  /** `counter`, `gauge`, `histogram` or `summary`. */
  readonly type: string;
  /** prom-client's own word on how to add up the workers. */
  readonly aggregator: string;
}

/** One family of a registry at one moment. Plain JSON: it crosses to the primary. */
export interface FamilySnapshot extends FamilyHead {
  readonly values: readonly Sample[];
}

/** The same, with its samples by what tells them apart. */
export interface Family {
  readonly head: FamilyHead;
  readonly series: ReadonlyMap<string, Sample>;
}

/** The families of one process by name. */
export type Families = ReadonlyMap<string, Family>;

/** Every family of a registry as it is now. */
export async function snapshot(registry: Registry): Promise<readonly FamilySnapshot[]> {
  // Its types call `type` a number; it is the word that the page prints.
  return (await registry.getMetricsAsJSON()) as unknown as readonly FamilySnapshot[];
}

/**
 * What a process sent, or undefined when it is no snapshot. JSON has neither NaN nor infinity: both
 * come as null, and are read as NaN.
 */
export function readSnapshot(sent: unknown): Families | undefined {
  if (!Array.isArray(sent) || !sent.every(isFamily)) return undefined;
  return new Map(
    sent.map(({ values, ...head }) => {
      const series = new Map<string, Sample>();
      for (const sample of values)
        series.set(seriesKey(sample), { ...sample, value: sample.value ?? Number.NaN });
      return [head.name, { head, series }];
    }),
  );
}

type Sent = FamilyHead & {
  readonly values: readonly (Omit<Sample, "value"> & { readonly value: number | null })[];
};

function isFamily(family: unknown): family is Sent {
  if (typeof family !== "object" || family === null) return false;
  const { name, help, type, values } = family as Readonly<Record<string, unknown>>;
  const named = typeof name === "string" && typeof help === "string" && typeof type === "string";
  return named && Array.isArray(values) && values.every(isSample);
}

function isSample(sample: unknown): boolean {
  if (typeof sample !== "object" || sample === null) return false;
  const { labels, value } = sample as Readonly<Record<string, unknown>>;
  return typeof labels === "object" && labels !== null && (typeof value === "number" || value === null);
}

/** The same whatever the order of the labels. */
function seriesKey({ metricName = "", labels }: Omit<Sample, "value">): string {
  const parts = [metricName];
  for (const name of Object.keys(labels).toSorted()) parts.push(name, String(labels[name]));
  // JSON, so that no value can pass for two.
  return JSON.stringify(parts);
}
