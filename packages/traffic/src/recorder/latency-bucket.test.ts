import { describe, expect, it } from "vitest";

import { latencyBoundsMs } from "../state/state.ts";
import { latencyBucket } from "./latency-bucket.ts";

function searched(ms: number): number {
  const at = latencyBoundsMs.findIndex((bound) => ms <= bound);
  return at === -1 ? latencyBoundsMs.length : at;
}

describe("latencyBucket", () => {
  it("finds what a search through the bounds finds, at each bound and beside it", () => {
    for (const bound of latencyBoundsMs) {
      for (const ms of [bound, bound * (1 - Number.EPSILON), bound * (1 + Number.EPSILON), bound * 1.1]) {
        expect(latencyBucket(ms)).toBe(searched(ms));
      }
    }
  });

  it("has a place for anything", () => {
    expect([-1, 0, Number.NaN].map(latencyBucket)).toEqual([0, 0, 0]);
    expect([1e9, Infinity].map(latencyBucket)).toEqual([latencyBoundsMs.length, latencyBoundsMs.length]);
  });
});
