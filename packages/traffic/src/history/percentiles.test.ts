import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { latencyBoundsMs } from "../state/state.ts";
import { latencyOf, percentile } from "./percentiles.ts";

describe("percentile", () => {
  it("says nothing where nothing was answered", () => {
    expect(latencyOf({ from: 0, counts: [] })).toEqual({ p50: null, p95: null, p99: null });
    expect(percentile({ from: 3, counts: [0, 0] }, 0.5)).toBeNull();
  });

  it("interpolates inside a bucket", () => {
    const [lower = 0, upper = 0] = latencyBoundsMs.slice(19, 21);
    const half = percentile({ from: 20, counts: [100] }, 0.5);
    expect(half).toBeCloseTo((lower + upper) / 2, 1);
  });

  it("begins at zero in the first bucket", () => {
    expect(percentile({ from: 0, counts: [10] }, 0.5)).toBe(0.05);
  });

  it("says the last bound of answers above all bounds", () => {
    const last = latencyBoundsMs.at(-1) ?? 0;
    expect(percentile({ from: latencyBoundsMs.length, counts: [5] }, 0.99)).toBeCloseTo(last, 1);
  });

  it("lies within a bucket of the exact value, and rises with the share", () => {
    const latencies = fc.array(fc.double({ min: 0.01, max: 40_000, noNaN: true }), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(latencies, (values) => {
        const counts = latencyBoundsMs.map(() => 0);
        for (const value of values) {
          const bound = latencyBoundsMs.findIndex((most) => value <= most);
          counts[bound] = (counts[bound] ?? 0) + 1;
        }
        const sorted = values.toSorted((a, b) => a - b);
        let before = 0;
        for (const share of [0.5, 0.95, 0.99]) {
          const got = percentile({ from: 0, counts }, share) ?? NaN;
          const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
          expect(got).toBeGreaterThanOrEqual(before);
          expect(got).toBeLessThanOrEqual(Math.max(exact * 1.25, 0.1) + 0.01);
          expect(got).toBeGreaterThanOrEqual(exact > 0.1 ? exact / 1.25 - 0.01 : 0);
          before = got;
        }
      }),
    );
  });
});
