import { expect, it } from "vitest";

import { KeptBudget } from "./kept-budget.ts";
import { SlowRequests } from "./slow-requests.ts";

const count = 20_000;

it.each([
  ["evenly spread", (u: number) => u * 10, 9.9],
  ["exponential", (u: number) => -Math.log(1 - u), -Math.log(0.01)],
  ["microseconds", (u: number) => u / 1_000, 0.000_99],
])("finds the slowest hundredth of durations that are %s", (_, durationOf, p99) => {
  const random = numbers(7);
  const slow = new SlowRequests();
  let found = 0;
  for (let n = 0; n < count; n++) if (slow.isSlow(0, durationOf(random()))) found += 1;
  expect(found / count).toBeGreaterThan(0.004);
  expect(found / count).toBeLessThan(0.025);
  expect(slow.p99MsOf(0)).toBeGreaterThan(p99 * 0.6);
  expect(slow.p99MsOf(0)).toBeLessThan(p99 * 1.6);
});

it("follows a load that changes, and keeps APIs apart", () => {
  const random = numbers(7);
  const slow = new SlowRequests();
  for (let n = 0; n < count; n++) slow.isSlow(0, random());
  for (let n = 0; n < count; n++) slow.isSlow(0, random() * 100);
  expect(slow.p99MsOf(0)).toBeGreaterThan(60);
  for (let n = 0; n < count; n++) slow.isSlow(0, random());
  expect(slow.p99MsOf(0)).toBeLessThan(2);
  expect(slow.p99MsOf(3)).toBeUndefined();
});

it("calls nothing slow before it has seen enough", () => {
  const slow = new SlowRequests();
  for (let n = 0; n < 1_000; n++) expect(slow.isSlow(0, n)).toBe(false);
  expect(slow.isSlow(0, 1e9)).toBe(true);
});

it("keeps so many a second, at once and over time", () => {
  const budget = new KeptBudget(3);
  const taken = (nowMs: number) => [0, 1, 2, 3, 4].filter(() => budget.take(nowMs)).length;
  expect(taken(1_000)).toBe(3);
  expect(taken(1_000)).toBe(0);
  expect(taken(1_400)).toBe(1);
  expect(taken(60_000)).toBe(3);
});

/** The same numbers from 0 to below 1 in every run (Park and Miller). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 0x7fff_ffff) / 0x7fff_ffff;
}
