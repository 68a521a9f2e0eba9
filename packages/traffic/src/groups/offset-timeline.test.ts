import * as fc from "fast-check";
import { expect, it } from "vitest";

import { OffsetTimeline } from "./offset-timeline.ts";

function timelineOf(entries: readonly (readonly [number, number])[]): OffsetTimeline {
  const timeline = new OffsetTimeline();
  for (const [endOffset, atMs] of entries) timeline.seen(endOffset, atMs);
  return timeline;
}

it("keeps when each end was first seen", () => {
  const timeline = timelineOf([
    [10, 100],
    [10, 200],
    [25, 300],
    [20, 400],
  ]);
  expect(timeline.end).toBe(25);
  expect(timeline.entries()).toEqual([
    [10, 100],
    [25, 300],
  ]);
});

it("has no end before one was seen", () => {
  const timeline = timelineOf([[-1, 100]]);
  expect(timeline.end).toBe(-1);
  expect(timeline.entries()).toEqual([]);
});

it("rises, and keeps the first and the last of at most 64 entries, whatever it sees", () => {
  const seen = fc.array(fc.tuple(fc.nat(1_000), fc.integer({ min: -5, max: 50 })), {
    minLength: 1,
    maxLength: 500,
  });
  fc.assert(
    fc.property(seen, (steps) => {
      const timeline = new OffsetTimeline();
      let [end, atMs] = [0, 1_000_000];
      for (const [more, ms] of steps) timeline.seen((end += more), (atMs += ms));
      const entries = timeline.entries();
      expect(entries.length).toBeLessThanOrEqual(64);
      expect(entries[0]?.[0]).toBe(steps[0]?.[0]);
      expect(timeline.end).toBe(end);
      for (const [n, [endOffset, at]] of entries.slice(1).entries()) {
        const [before, beforeMs] = entries[n] ?? [0, 0];
        expect(endOffset).toBeGreaterThan(before);
        expect(at).toBeGreaterThanOrEqual(beforeMs);
      }
    }),
  );
});

it("tells the age of an offset an hour ago within a third, at a hundred new ends a second", () => {
  const timeline = new OffsetTimeline();
  const lastMs = 2 * 3_600_000;
  for (let atMs = 0; atMs <= lastMs; atMs += 10) timeline.seen(atMs, atMs);
  for (const ageMs of [5_000, 60_000, 600_000, 3_600_000]) {
    const atMs = timeline.entries().find(([endOffset]) => endOffset > lastMs - ageMs)?.[1] ?? NaN;
    expect(lastMs - atMs).toBeLessThanOrEqual(ageMs);
    expect(lastMs - atMs).toBeGreaterThan((ageMs * 2) / 3 - 1_000);
  }
});

it("begins again when the end stays below for a minute: the log was cut off", () => {
  const timeline = timelineOf([
    [500, 0],
    [3, 1_000],
    [4, 60_999],
  ]);
  expect(timeline.end).toBe(500);
  timeline.seen(4, 61_000);
  expect(timeline.entries()).toEqual([[4, 61_000]]);
});

it("does not begin again for ends that are late now and then", () => {
  const timeline = timelineOf([
    [500, 0],
    [499, 1_000],
    [500, 30_000],
    [499, 70_000],
  ]);
  expect(timeline.end).toBe(500);
});
