import { describe, expect, it } from "vitest";

import { fakeTime } from "../testing/index.ts";
import { failurePolicy } from "./failure-policy.ts";
import type { FailurePolicy } from "./failure-policy.ts";

describe("failurePolicy", () => {
  const time = fakeTime();

  /** `+` is a success, `-` a failure; answers which failure was one too many, from 0. */
  function firstTooMany(policy: FailurePolicy, outcomes: string): number {
    return outcomes.split("").findIndex((outcome) => {
      if (outcome === "-") return policy.failed();
      policy.succeeded();
      return false;
    });
  }

  it("counts failures in a row, and a success starts the count anew", () => {
    expect(firstTooMany(failurePolicy({ failures: 3 }), "--+--+---")).toBe(8);
  });

  it("trips at a share of the calls, and not before there are enough", () => {
    const policy = failurePolicy({ failureRatio: 0.5, minCalls: 6 });
    expect(firstTooMany(policy, "----+-")).toBe(5);
    expect(firstTooMany(failurePolicy({ failureRatio: 0.5, minCalls: 6 }), "++++--+-+-")).toBe(-1);
  });

  it("forgets calls that left the window", async () => {
    const policy = failurePolicy({ failureRatio: 0.5, minCalls: 4, windowMs: 1_000 });
    expect(firstTooMany(policy, "---")).toBe(-1);
    await time.advance(1_000);
    expect(firstTooMany(policy, "---")).toBe(-1);
    expect(policy.failed()).toBe(true);
  });

  it.each([{ failures: 2 }, { failureRatio: 1, minCalls: 2 }])(
    "forgets everything when reset: %o",
    (options) => {
      const policy = failurePolicy(options);
      expect(policy.failed()).toBe(false);
      policy.reset();
      expect(policy.failed()).toBe(false);
      expect(policy.failed()).toBe(true);
    },
  );

  it("forgets failures, not only calls, when reset", () => {
    const policy = failurePolicy({ failureRatio: 1, minCalls: 2 });
    policy.failed();
    policy.reset();
    policy.succeeded();
    expect(policy.failed()).toBe(false);
  });

  it.each([
    [{ failures: 0 }, "failures must be a whole number >= 1, got 0"],
    [{ failureRatio: 0 }, "failureRatio must be > 0 and at most 1, got 0"],
    [{ failureRatio: 1.1 }, "failureRatio must be > 0 and at most 1, got 1.1"],
    [{ failureRatio: 0.5, minCalls: 0 }, "minCalls must be a whole number >= 1, got 0"],
    [{ failureRatio: 0.5, failures: 1 }, "give failures or failureRatio, not both"],
  ])("refuses %o", (options, message) => {
    expect(() => failurePolicy(options)).toThrow(message);
  });
});
