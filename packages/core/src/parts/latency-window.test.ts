import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { fakeTime } from "../testing/index.ts";
import { LatencyWindow } from "./latency-window.ts";

describe("LatencyWindow", () => {
  const time = fakeTime();

  it("answers any percentile, too high by a tenth at most", () => {
    const latencies = fc.array(fc.double({ min: 0.01, max: 100_000, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(latencies, fc.integer({ min: 1, max: 99 }), (latencies, percent) => {
        const window = new LatencyWindow(1_000);
        for (const latency of latencies) window.record(latency);
        const sorted = latencies.toSorted((a, b) => a - b);
        const exact = sorted.at(-1 - Math.floor(sorted.length * (1 - percent / 100))) ?? 0;
        const answer = window.percentile(percent);
        expect(answer).toBeGreaterThanOrEqual(exact * 0.999_999);
        expect(answer).toBeLessThanOrEqual(exact * 1.1);
      }),
    );
  });

  it("takes any latency, 0 and absurd ones too", () => {
    const window = new LatencyWindow(1_000);
    for (const latency of [0, 1e-9, 1e12]) window.record(latency);
    expect(window.percentile(99)).toBeGreaterThan(3_600_000);
    expect(window.percentile(1)).toBeLessThan(0.001);
    expect(window.count).toBe(3);
  });

  it("answers 0 as long as it knows nothing", () => {
    expect(new LatencyWindow(1_000).percentile(50)).toBe(0);
  });

  it("forgets by halves", async () => {
    const window = new LatencyWindow(1_000);
    window.record(100);
    await time.advance(1_000);
    window.record(1);
    expect(window.count).toBe(2);
    await time.advance(999);
    expect(window.percentile(99)).toBeGreaterThan(99);
    await time.advance(1);
    expect(window.count).toBe(1);
    expect(window.percentile(99)).toBeLessThan(1.1);
  });

  it("keeps nothing for longer than two windows, however answers are spaced", async () => {
    const window = new LatencyWindow(1_000);
    window.record(100);
    await time.advance(1_500);
    window.record(1);
    await time.advance(500);
    expect(window.count).toBe(1);
  });

  it("forgets everything after a long silence", async () => {
    const window = new LatencyWindow(1_000);
    window.record(100);
    await time.advance(123_456);
    expect(window.count).toBe(0);
    window.record(1);
    expect(window.percentile(99)).toBeLessThan(1.1);
  });
});
