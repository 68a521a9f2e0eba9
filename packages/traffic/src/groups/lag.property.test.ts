import * as fc from "fast-check";
import { expect, it } from "vitest";

import { lagOf } from "./lag.ts";
import { OffsetTimeline } from "./offset-timeline.ts";

const timelines = fc
  .array(fc.tuple(fc.nat(100), fc.integer({ min: -50, max: 5_000 })), { maxLength: 200 })
  .map((steps) => {
    const timeline = new OffsetTimeline();
    let [end, atMs] = [0, 1_000_000];
    for (const [more, ms] of steps) timeline.seen((end += more), (atMs += ms));
    return timeline.entries();
  });
const positions = fc.record({
  committed: fc.integer({ min: -1, max: 25_000 }),
  recordMs: fc.integer({ min: -1, max: 3_000_000 }),
});
const clocks = fc.integer({ min: 0, max: 3_000_000 });

it("lag is never negative, whatever the clocks say", () => {
  fc.assert(
    fc.property(positions, timelines, clocks, (position, timeline, nowMs) => {
      const lag = lagOf(position, timeline, nowMs);
      const known = position.committed >= 0 && timeline.length > 0;
      expect(lag !== null).toBe(known);
      expect(lag?.records ?? 0).toBeGreaterThanOrEqual(0);
      expect(lag?.seconds ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});

it("who is further behind is so for longer", () => {
  fc.assert(
    fc.property(positions, fc.nat(25_000), timelines, clocks, (position, less, timeline, nowMs) => {
      const behind = { ...position, committed: Math.max(position.committed - less, -1) };
      const [near, far] = [lagOf(position, timeline, nowMs), lagOf(behind, timeline, nowMs)];
      if (near === null || far === null) return;
      expect(far.records).toBeGreaterThanOrEqual(near.records);
      if (far.seconds !== null && near.seconds !== null) {
        expect(far.seconds).toBeGreaterThanOrEqual(near.seconds);
      }
    }),
  );
});
