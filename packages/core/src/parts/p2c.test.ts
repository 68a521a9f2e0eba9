import { describe, expect, it } from "vitest";

import type { ServiceStatus } from "../service.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import { pick } from "./p2c.ts";

interface Endpoint {
  readonly name: string;
  load: number;
  status: () => ServiceStatus;
}

describe("pick", () => {
  function endpoint(name: string, status: ServiceStatus = "open", load = 0): Endpoint {
    return { name, load, status: () => status };
  }

  /** How often each was picked. */
  function draw(all: readonly Endpoint[], draws: number, seed = 1): Record<string, number> {
    const random = seededRandom(seed);
    const counts: Record<string, number> = Object.fromEntries(all.map(({ name }) => [name, 0]));
    for (let n = 0; n < draws; n++) {
      const picked = pick(all, random);
      if (picked !== undefined) counts[picked.name] = (counts[picked.name] ?? 0) + 1;
    }
    return counts;
  }

  it("picks each of equals about as often", () => {
    const all = Array.from({ length: 10 }, (_, n) => endpoint(String(n)));
    for (const count of Object.values(draw(all, 10_000))) {
      expect(count).toBeGreaterThan(900);
      expect(count).toBeLessThan(1_100);
    }
  });

  it("never picks the most loaded one, and the least loaded one whenever it is drawn", () => {
    const all = [endpoint("low", "open", 1), endpoint("middle", "open", 2), endpoint("high", "open", 3)];
    const counts = draw(all, 3_000);
    expect(counts.high).toBe(0);
    // Two of the three pairs have it.
    expect(counts.low).toBeGreaterThan(1_900);
    expect(counts.low).toBeLessThan(2_100);
  });

  it("keeps the most loaded within a few of the least, when every pick adds to a load", () => {
    const all = Array.from({ length: 20 }, (_, n) => endpoint(String(n)));
    const random = seededRandom(7);
    for (let n = 0; n < 20_000; n++) {
      const picked = pick(all, random);
      if (picked !== undefined) picked.load += 1;
    }
    const loads = all.map(({ load }) => load);
    // Chance alone would spread them over more than a hundred.
    expect(Math.max(...loads) - Math.min(...loads)).toBeLessThan(10);
  });

  it("prefers any open one to any busy one, and never picks a closed one", () => {
    const all = [
      endpoint("busy", "busy", 0),
      endpoint("open", "open", 9),
      endpoint("also open", "open", 9),
      endpoint("closed", "closed", 0),
    ];
    const counts = draw(all, 1_000);
    expect([counts.busy, counts.closed]).toEqual([0, 0]);
    expect(counts.open).toBeGreaterThan(400);
    expect(counts["also open"]).toBeGreaterThan(400);
  });

  it("picks the less loaded of the busy ones when none is open", () => {
    const all = [endpoint("more", "busy", 2), endpoint("less", "busy", 1), endpoint("closed", "closed", 0)];
    expect(draw(all, 100)).toEqual({ more: 0, less: 100, closed: 0 });
  });

  it("picks the only one there is", () => {
    expect(draw([endpoint("only")], 10)).toEqual({ only: 10 });
  });

  it.each([[[]], [[endpoint("closed", "closed")]]])("picks none when there is none", (all) => {
    expect(pick(all, seededRandom(1))).toBeUndefined();
  });
});
