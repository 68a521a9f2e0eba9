import { parseOpenMetrics } from "../../packages/metrics/test/open-metrics.ts";
import type { Sample } from "../../packages/metrics/test/open-metrics.ts";

/** The samples of a live metrics page that carry at least the labels given, summed up. */
export type MetricSum = (name: string, labels?: Readonly<Record<string, string>>) => number;

/** Scrapes an admin server as a Prometheus server does. */
export async function scrape(admin: string): Promise<MetricSum> {
  const response = await fetch(`${admin}/metrics`, {
    headers: { accept: "application/openmetrics-text; version=1.0.0" },
  });
  const samples: Sample[] = [...parseOpenMetrics(await response.text()).values()].flatMap((f) => f.samples);
  return (name, labels = {}) =>
    samples
      .filter((sample) => sample.name === name)
      .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
      .reduce((sum, { value }) => sum + value, 0);
}
