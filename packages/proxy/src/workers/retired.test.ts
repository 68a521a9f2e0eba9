import { describe, expect, it } from "vitest";

import { Retired } from "./retired.ts";
import { readSnapshot } from "./snapshot.ts";
import type { Families } from "./snapshot.ts";

function counted(values: Readonly<Record<string, number>>, name = "a_total", type = "counter"): Families {
  const samples = Object.entries(values).map(([l, value]) => ({ labels: { l }, value }));
  const families = readSnapshot([{ name, help: "h", type, aggregator: "sum", values: samples }]);
  if (families === undefined) throw new TypeError("no snapshot");
  return families;
}

function held(retired: Retired): Record<string, number> {
  const samples = [...retired.families.values()].flatMap(({ series }) => [...series.values()]);
  return Object.fromEntries(samples.map(({ labels, value }) => [labels["l"], value]));
}

describe("Retired", () => {
  it("keeps one sum, however many workers died", () => {
    const retired = new Retired({ maxSeries: 10 });
    for (let n = 0; n < 100; n++) retired.add(counted({ x: 1, y: 2 }));
    expect(held(retired)).toEqual({ x: 100, y: 200 });
    expect(retired.size).toBe(2);
  });

  it("keeps no gauges, and nothing that is about one process", () => {
    const retired = new Retired({ maxSeries: 10 });
    retired.add(counted({ x: 1 }, "a", "gauge"));
    retired.add(counted({ x: 1 }, "process_cpu_seconds_total"));
    expect(retired.size).toBe(0);
  });

  it("drops the series that was added to longest ago when there are too many", () => {
    const retired = new Retired({ maxSeries: 2 });
    retired.add(counted({ x: 1 }));
    retired.add(counted({ y: 1 }));
    retired.add(counted({ x: 1 }));
    retired.add(counted({ z: 1 }));
    expect(held(retired)).toEqual({ x: 2, z: 1 });
  });

  it("keeps what a living worker dropped while another one has the series", () => {
    const retired = new Retired({ maxSeries: 10 });
    retired.addDropped(counted({ x: 5, y: 1 }), counted({ y: 1 }), [counted({ x: 7 })]);
    expect(held(retired)).toEqual({ x: 5 });
  });

  it("lets a series go with the last worker that has it", () => {
    const retired = new Retired({ maxSeries: 10 });
    retired.add(counted({ x: 3 }));
    retired.addDropped(counted({ x: 5 }), counted({}), [counted({ y: 1 })]);
    expect(held(retired)).toEqual({});
  });

  it("keeps what was counted before a series began again at zero", () => {
    const retired = new Retired({ maxSeries: 10 });
    retired.addDropped(counted({ x: 5 }), counted({ x: 1 }), []);
    expect(held(retired)).toEqual({ x: 5 });
  });
});
