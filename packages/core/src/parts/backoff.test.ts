import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { backoff } from "./backoff.ts";

describe("backoff", () => {
  it("doubles after each failure, up to the limit", () => {
    const schedule = backoff({ baseMs: 10, maxMs: 100, jitter: 0 });
    expect([1, 2, 3, 4, 5, 5_000].map((failures) => schedule.delayMs(failures))).toEqual([
      10, 20, 40, 80, 100, 100,
    ]);
  });

  it("takes as much from a wait as chance says", () => {
    const chances = [0, 0.5, 1];
    const schedule = backoff({ baseMs: 100, jitter: 0.5, random: () => chances.shift() ?? 0 });
    expect([1, 1, 1].map((failures) => schedule.delayMs(failures))).toEqual([100, 75, 50]);
  });

  it("stays within its limits, whatever the options", () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        chance,
        chance,
        fc.nat(2_000),
        (baseMs, jitter, at, more) => {
          const maxMs = baseMs + more;
          const delay = backoff({ baseMs, maxMs, jitter, random: () => at }).delayMs(more + 1);
          expect(delay).toBeGreaterThanOrEqual(baseMs * (1 - jitter));
          expect(delay).toBeLessThanOrEqual(maxMs);
        },
      ),
    );
  });

  it.each([
    [{ baseMs: 0 }, "baseMs must be > 0 and at most 2147483647 ms, got 0"],
    [{ baseMs: 50, maxMs: 40 }, "maxMs must be >= baseMs (50), got 40"],
    [{ jitter: 1.5 }, "jitter must be from 0 to 1, got 1.5"],
    [{ jitter: Number.NaN }, "jitter must be from 0 to 1, got NaN"],
  ])("refuses %o", (options, message) => {
    expect(() => backoff(options)).toThrow(message);
  });
});
