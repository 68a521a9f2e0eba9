import { describe, expect, it } from "vitest";

import { fakeTime } from "../testing/index.ts";
import { retryBudget } from "./retry-budget.ts";
import type { RetryBudget } from "./retry-budget.ts";

describe("retryBudget", () => {
  const time = fakeTime();

  function drain(budget: RetryBudget): number {
    let retries = 0;
    while (retries < 10_000 && budget.withdraw()) retries += 1;
    return retries;
  }

  it("allows a share of the calls", () => {
    const budget = retryBudget({ percent: 20, minPerSecond: 0 });
    for (let call = 0; call < 14; call++) budget.deposit();
    expect(drain(budget)).toBe(2);
  });

  it("allows a few per second without any call", () => {
    expect(drain(retryBudget({ percent: 20, minPerSecond: 3, windowMs: 10_000 }))).toBe(30);
  });

  it("gives retries back as they leave the window", async () => {
    const budget = retryBudget({ percent: 0, minPerSecond: 1, windowMs: 10_000 });
    expect(drain(budget)).toBe(10);
    await time.advance(9_000);
    expect(drain(budget)).toBe(0);
    await time.advance(1_000);
    expect(drain(budget)).toBe(10);
  });

  it("forgets calls as they leave the window", async () => {
    const budget = retryBudget({ percent: 100, minPerSecond: 0, windowMs: 10_000 });
    for (let call = 0; call < 5; call++) budget.deposit();
    await time.advance(10_000);
    expect(drain(budget)).toBe(0);
  });

  it("allows none at all when both are 0", () => {
    const budget = retryBudget({ percent: 0, minPerSecond: 0 });
    budget.deposit();
    expect(budget.withdraw()).toBe(false);
  });

  it.each([
    [{ percent: -1 }, "percent must be >= 0, got -1"],
    [{ minPerSecond: Number.NaN }, "minPerSecond must be >= 0, got NaN"],
    [{ windowMs: 0 }, "windowMs must be > 0"],
  ])("refuses %o", (options, message) => {
    expect(() => retryBudget(options)).toThrow(message);
  });
});
