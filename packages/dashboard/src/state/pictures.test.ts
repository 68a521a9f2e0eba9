import type { GroupEvent } from "@pagoda/traffic/view";
import { expect, it } from "vitest";

import { timelineOf } from "./timeline.ts";
import { waterfallOf } from "./waterfall.ts";

it("gives each member a line, and an event its share of the time", () => {
  const event = (at: number, memberId: string): GroupEvent => {
    return { at, kind: "join", memberId, client: "c", durationMs: 25_000 };
  };
  const timeline = timelineOf([event(0, "a"), event(50_000, "b"), event(75_000, "a")], 100_000);
  expect(timeline?.lanes.map(({ memberId, bars }) => [memberId, bars.length])).toEqual([
    ["a", 2],
    ["b", 1],
  ]);
  expect(timeline?.lanes[1]?.bars[0]).toMatchObject({ from: 0.5, to: 0.75 });
  expect(timelineOf([], 0)).toBeUndefined();
});

it("puts the broker's time inside the tiers', and as much of the whole as was measured", () => {
  const rows = waterfallOf([{ name: "a" }, { name: "b", builds: [{ name: "c" }] }], {
    proxyMs: 2,
    brokerMs: 8,
  });
  expect(rows.map(({ name, depth }) => [name, depth])).toEqual([
    ["a", 0],
    ["b", 1],
    ["c", 2],
    ["broker", 3],
  ]);
  expect(rows[0]).toMatchObject({ from: 0, to: 1 });
  expect(rows.at(-1)?.from).toBeCloseTo(0.1);
  expect(rows.at(-1)?.to).toBeCloseTo(0.9);
});
