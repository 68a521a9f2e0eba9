import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";

import { SeriesLimits } from "./series-limits.ts";
import type { SeriesLimitsOptions } from "./series-limits.ts";

function start(options: SeriesLimitsOptions = {}) {
  const registry = new Registry();
  const clock = { ms: 0 };
  const limits = new SeriesLimits(registry, { retainIdleMs: 100, now: () => clock.ms, ...options });
  const evicted: string[] = [];
  const track = (topic: string, lines = 1) =>
    limits.track("topic", { lines, labels: { topic }, evict: () => void evicted.push(topic) });
  const passes = async (ms: number) => {
    clock.ms += ms;
    return registry.metrics();
  };
  return { registry, limits, clock, evicted, track, passes };
}

describe("SeriesLimits", () => {
  it("evicts series that are idle, and counts them", async () => {
    const { evicted, limits, track, passes } = start();
    track("a", 3);
    track("b", 2).retain();
    expect(await passes(0)).toContain('pagoda_metrics_series{family_group="topic"} 5');
    await passes(99);
    expect(evicted).toEqual([]);
    const page = await passes(1);
    expect(evicted).toEqual(["a"]);
    expect(page).toContain('pagoda_metrics_series{family_group="topic"} 2');
    expect(page).toContain('pagoda_metrics_evicted_series_total{family_group="topic"} 3');
    expect(limits.series).toBe(2);
  });

  it("keeps series while they are touched, and says when they are gone", async () => {
    const { evicted, track, passes } = start();
    const series = track("a");
    for (let i = 0; i < 5; i++) {
      await passes(99);
      expect(series.touch()).toBe(true);
    }
    await passes(0);
    await passes(100);
    expect(evicted).toEqual(["a"]);
    expect(series.touch()).toBe(false);
  });

  it("keeps retained series until the last hold ends, and the idle time over", async () => {
    const { evicted, track, passes } = start();
    const series = track("a");
    const holds = [series.retain(), series.retain()];
    await passes(1_000);
    holds[0]?.[Symbol.dispose]();
    holds[0]?.[Symbol.dispose]();
    await passes(1_000);
    expect(evicted).toEqual([]);
    holds[1]?.[Symbol.dispose]();
    await passes(1_000);
    await passes(100);
    expect(evicted).toEqual(["a"]);
  });

  it("keeps the place of a value as long as its series", async () => {
    const { limits, track, passes } = start({ labels: { topic: { max: 1 } } });
    const hold = track(limits.topic.resolve("a")).retain();
    await passes(1_000);
    expect(limits.topic.resolve("b")).toBe("__other__");
    hold[Symbol.dispose]();
    await passes(0);
    await passes(100);
    await passes(100);
    expect(limits.topic.resolve("b")).toBe("b");
  });

  it("looks for idle values when a label is full, without a page being asked for", () => {
    const { limits, clock } = start({ labels: { topic: { max: 1 } } });
    limits.topic.resolve("a");
    const shown = Array.from({ length: 4 }, () => {
      clock.ms += 60;
      return limits.topic.resolve("b");
    });
    expect(shown).toEqual(["__other__", "__other__", "b", "b"]);
  });

  it("shows no new value beyond maxSeries, until series are evicted", async () => {
    const { limits, track, passes } = start({ maxSeries: 10 });
    track(limits.topic.resolve("a"), 10);
    expect(limits.openLabels).toBe(false);
    expect([limits.topic.resolve("a"), limits.client.resolve("c")]).toEqual(["a", "__other__"]);
    await passes(0);
    await passes(100);
    expect([limits.openLabels, limits.client.resolve("c")]).toEqual([true, "c"]);
  });

  it("has no open labels with the minimal profile, and calls that no overflow", async () => {
    const { limits, passes } = start({ profile: "minimal" });
    expect([limits.openLabels, limits.group.resolve("g")]).toEqual([false, "__other__"]);
    expect(await passes(0)).toContain('pagoda_metrics_label_overflow_total{label="group"} 0');
  });

  it("caps 500 topics, 200 groups, 200 clients and 50 software versions", async () => {
    const { limits, passes } = start();
    const { topic, group, client, softwareVersion } = limits;
    for (const each of [topic, group, client, softwareVersion])
      for (let i = 0; i < 1_000; i++) each.resolve(`v${i}`);
    expect([topic, group, client, softwareVersion].map(({ size }) => size)).toEqual([500, 200, 200, 50]);
    expect(await passes(0)).toContain('pagoda_metrics_label_overflow_total{label="client"} 800');
  });

  it("names the option that makes no sense", () => {
    expect(() => start({ maxSeries: 0 })).toThrow(/metrics.maxSeries/);
    expect(() => start({ labels: { topic: { allow: ["(a+)+"] } } })).toThrow(/metrics.labels.topic.allow/);
    expect(() => start({ labels: { client: { max: 0 } } })).toThrow(/metrics.labels.client.max/);
  });
});
