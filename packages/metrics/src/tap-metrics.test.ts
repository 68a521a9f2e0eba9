import { Registry } from "prom-client";
import { expect, it } from "vitest";

import { TapMetrics } from "./tap-metrics.ts";

it("counts sessions of taps, and what became of events", async () => {
  const registry = new Registry();
  const taps = new TapMetrics(registry);
  taps.sessions(1);
  taps.sessions(1);
  taps.sessions(-1);
  taps.sent();
  taps.sent();
  taps.sampledOut();
  const page = await registry.metrics();
  expect(page.split("\n").filter((line) => line.startsWith("pagoda_tap"))).toEqual([
    "pagoda_tap_sessions 1",
    'pagoda_tap_events_total{outcome="sent"} 2',
    'pagoda_tap_events_total{outcome="sampled_out"} 1',
    'pagoda_tap_events_total{outcome="dropped"} 0',
  ]);
  taps.dropped();
  expect(await registry.metrics()).toContain('{outcome="dropped"} 1');
});
