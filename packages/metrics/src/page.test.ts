import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { describe, expect, it } from "vitest";

import { metricsPage } from "./page.ts";

const openMetrics = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";

function registry(): Registry {
  const registers = [new Registry()];
  new Counter({ name: "apples_total", help: "Apples.", labelNames: ["kind"], registers }).inc(
    { kind: "red" },
    3,
  );
  new Gauge({ name: "build_info", help: "Build.", labelNames: ["version"], registers }).set(
    { version: "1" },
    1,
  );
  new Gauge({ name: "heap_bytes", help: "Heap.", registers }).set(7);
  new Histogram({ name: "wait_seconds", help: "Waits.", buckets: [1], registers }).observe(0.5);
  return registers[0] as Registry;
}

describe("metricsPage", () => {
  it("is Prometheus text unless OpenMetrics is asked for", async () => {
    const page = await metricsPage(registry(), "text/html");
    expect(page.contentType).toContain("text/plain; version=0.0.4");
    expect(page.body).toContain('# TYPE apples_total counter\napples_total{kind="red"} 3');
    expect(page.body).toContain('# TYPE build_info gauge\nbuild_info{version="1"} 1');
  });

  it("names families as OpenMetrics wants them, with types, units and the end", async () => {
    const page = await metricsPage(registry(), openMetrics);
    expect(page.contentType).toContain("application/openmetrics-text; version=1.0.0");
    expect(page.body).toContain('# TYPE apples counter\napples_total{kind="red"} 3');
    expect(page.body).toContain('# TYPE build info\nbuild_info{version="1"} 1');
    expect(page.body).toContain("# TYPE heap_bytes gauge\n# UNIT heap_bytes bytes\nheap_bytes 7");
    expect(page.body).toContain("# UNIT wait_seconds seconds\nwait_seconds_bucket");
    expect(page.body.endsWith("# EOF\n")).toBe(true);
  });

  it("leaves the registry as it is: the next Prometheus page has its names", async () => {
    const same = registry();
    const before = (await metricsPage(same, undefined)).body;
    await metricsPage(same, openMetrics);
    expect((await metricsPage(same, undefined)).body).toBe(before);
  });
});
