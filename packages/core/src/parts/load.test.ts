import { describe, expect, it } from "vitest";

import { fakeTime } from "../testing/index.ts";
import { peakEwma, pendingRequests } from "./load.ts";
import type { Load } from "./load.ts";
import type { Outcome } from "./outcome.ts";

describe("pendingRequests", () => {
  it("counts the calls under way, of each endpoint by itself", () => {
    const metric = pendingRequests();
    const [one, other] = [metric(), metric()];
    const began = one.begin();
    one.begin();
    expect([one.value, other.value]).toEqual([2, 0]);
    one.end(began, "failed");
    expect(one.value).toBe(1);
  });
});

describe("peakEwma", () => {
  const time = fakeTime();

  async function call(load: Load, tookMs: number, outcome: Outcome = "succeeded"): Promise<void> {
    const began = load.begin();
    await time.advance(tookMs);
    load.end(began, outcome);
  }

  it("begins with the default round trip, which fades", async () => {
    const load = peakEwma({ decayMs: 1_000, defaultRttMs: 30 })();
    expect(load.value).toBe(30);
    await time.advance(1_000);
    expect(load.value).toBeCloseTo(30 / Math.E);
  });

  it("grows with the calls under way", () => {
    const load = peakEwma({ defaultRttMs: 30 })();
    load.begin();
    load.begin();
    expect(load.value).toBe(90);
  });

  it("jumps to a peak at once, and comes down slowly", async () => {
    const load = peakEwma({ decayMs: 1_000, defaultRttMs: 30 })();
    await call(load, 400);
    expect(load.value).toBe(400);
    await call(load, 100);
    const weight = Math.exp(-0.1);
    expect(load.value).toBeCloseTo(400 * weight + 100 * (1 - weight));
  });

  it("does not take a failure for a fast answer", async () => {
    const load = peakEwma({ decayMs: 1_000, defaultRttMs: 30 })();
    for (let failure = 0; failure < 100; failure++) await call(load, 1, "failed");
    expect(load.value).toBeGreaterThan(29);
  });

  it("learns from a cancelled call only that it takes at least so long", async () => {
    const load = peakEwma({ decayMs: 1_000, defaultRttMs: 30 })();
    await call(load, 500, "cancelled");
    expect(load.value).toBe(500);
    await call(load, 10, "cancelled");
    expect(load.value).toBeCloseTo(500 * Math.exp(-0.01));
  });

  it.each([
    [{ decayMs: 0 }, "decayMs must be > 0"],
    [{ defaultRttMs: -1 }, "defaultRttMs must be > 0"],
  ])("refuses %o", (options, message) => {
    expect(() => peakEwma(options)).toThrow(message);
  });
});
