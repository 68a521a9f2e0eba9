import { metricsPage } from "@pagoda/metrics";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { describe, expect, it } from "vitest";

import { aggregate } from "./aggregate.ts";
import type { Part } from "./aggregate.ts";
import { pageRegistry } from "./page-registry.ts";
import { readSnapshot, snapshot } from "./snapshot.ts";

/** What a worker sends, by way of JSON as it really goes. */
async function part(worker: string, fill: (registry: Registry) => void): Promise<Part> {
  const registry = new Registry();
  fill(registry);
  const families = readSnapshot(JSON.parse(JSON.stringify(await snapshot(registry))));
  if (families === undefined) throw new TypeError("no snapshot");
  return { worker, families };
}

async function page(...fills: ((registry: Registry) => void)[]): Promise<string> {
  const parts = await Promise.all(fills.map((fill, n) => part(String(n + 1), fill)));
  return (await metricsPage(pageRegistry(aggregate(parts)), "application/openmetrics-text")).body;
}

function gauge(name: string, value: number, labels: Record<string, string> = {}) {
  return (registry: Registry): void => {
    new Gauge({ name, help: "h", labelNames: Object.keys(labels), registers: [registry] }).set(labels, value);
  };
}

describe("aggregate", () => {
  it("sums counters by their labels", async () => {
    const counted = (label: string, value: number) => (registry: Registry) =>
      new Counter({ name: "a_total", help: "h", labelNames: ["l"], registers: [registry] }).inc(
        { l: label },
        value,
      );
    expect(await page(counted("x", 1), counted("x", 2), counted("y", 4))).toContain(
      'a_total{l="x"} 3\na_total{l="y"} 4\n',
    );
  });

  it("sums histograms bucket by bucket", async () => {
    const observed = (value: number) => (registry: Registry) =>
      new Histogram({ name: "a_seconds", help: "h", buckets: [1, 2], registers: [registry] }).observe(value);
    const text = await page(observed(0.5), observed(1.5), observed(3));
    for (const line of ['{le="1"} 1', '{le="2"} 2', '{le="+Inf"} 3'])
      expect(text).toContain(`a_seconds_bucket${line}\n`);
    expect(text).toContain("a_seconds_sum 5\na_seconds_count 3\n");
    expect(text).toContain("# TYPE a_seconds histogram\n# UNIT a_seconds seconds\n");
  });

  it.each([
    ["pagoda_tcp_open_connections", [3, 4], 7],
    ["pagoda_config_last_success_timestamp_seconds", [10, 20], 20],
    ["pagoda_tls_certificate_expiry_timestamp_seconds", [10, 20], 10],
    ["pagoda_group_lag_records", [5, 3], 5],
    ["pagoda_build_info", [1, 1], 1],
  ])("makes one %s of %j", async (name, values, expected) => {
    expect(await page(...values.map((value) => gauge(name, value)))).toContain(`${name} ${expected}\n`);
  });

  it("shows both configurations while workers differ", async () => {
    const text = await page(
      gauge("pagoda_config_info", 1, { hash: "a" }),
      gauge("pagoda_config_info", 1, { hash: "b" }),
    );
    expect(text).toContain('pagoda_config_info{hash="a"} 1\npagoda_config_info{hash="b"} 1\n');
  });

  it("gives a listener the worst state that a worker has it in", async () => {
    const inState = (state: string) => (registry: Registry) => {
      const states = new Gauge({
        name: "pagoda_listener_state",
        help: "h",
        labelNames: ["listener", "state"],
        registers: [registry],
      });
      for (const each of ["serving", "draining", "failed"])
        states.set({ listener: "main", state: each }, +(each === state));
    };
    const text = await page(inState("serving"), inState("draining"));
    expect(text).toContain('{listener="main",state="draining"} 1\n');
    expect(text).toContain('{listener="main",state="serving"} 0\n');
  });

  it("tells what is about one process apart by worker", async () => {
    const text = await page(gauge("nodejs_heap_size_used_bytes", 1), gauge("nodejs_heap_size_used_bytes", 2));
    expect(text).toContain(
      'nodejs_heap_size_used_bytes{worker="1"} 1\nnodejs_heap_size_used_bytes{worker="2"} 2\n',
    );
  });

  it.each([
    ["max", 3],
    ["min", 1],
    ["average", 2],
    ["first", 1],
  ] as const)("follows a gauge's own aggregator %s", async (aggregator, expected) => {
    const set = (value: number) => (registry: Registry) =>
      new Gauge({ name: "a", help: "h", aggregator, registers: [registry] }).set(value);
    expect(await page(set(1), set(3))).toContain(`a ${expected}\n`);
  });

  it("leaves out what its aggregator omits", async () => {
    const text = await page((registry) =>
      new Gauge({ name: "a", help: "h", aggregator: "omit", registers: [registry] }).set(1),
    );
    expect(text.trim()).toBe("# EOF");
  });
});

describe("readSnapshot", () => {
  it.each([
    null,
    {},
    "text",
    [{}],
    [{ name: "a", help: "h", type: "gauge", values: [{ labels: {}, value: "1" }] }],
  ])("refuses %j", (sent) => {
    expect(readSnapshot(sent)).toBeUndefined();
  });
});
