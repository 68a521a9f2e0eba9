import { describe, expect, it } from "vitest";

import { World } from "../../test/group-client.ts";
import { groupTopicsOf, lagOf, sumOfLags } from "./lag.ts";

const timeline = [
  [100, 10_000],
  [150, 20_000],
  [200, 30_000],
] as const;

describe("lagOf", () => {
  it.each([
    ["nothing behind", 200, { records: 0, seconds: 0, clock: "observed" }],
    ["a commit ahead of the end that was seen", 230, { records: 0, seconds: 0, clock: "observed" }],
    ["behind what was seen to grow", 150, { records: 50, seconds: 10, clock: "observed" }],
    ["at the first end that was seen", 100, { records: 100, seconds: 20, clock: "observed" }],
    ["no commit", -1, null],
  ] as const)("of %s", (_, committed, lag) => {
    expect(lagOf({ committed, recordMs: -1 }, timeline, 40_000)).toEqual(lag);
  });

  it("goes by the timestamps of what the group reads, where the log was not seen to grow", () => {
    const lag = { records: 150, seconds: 39, clock: "record" };
    expect(lagOf({ committed: 50, recordMs: 1_000 }, timeline, 40_000)).toEqual(lag);
  });

  it("is at least as old as what was seen first: clocks of producers may be ahead", () => {
    const lag = { records: 150, seconds: 30, clock: "record" };
    expect(lagOf({ committed: 50, recordMs: 99_000 }, timeline, 40_000)).toEqual(lag);
  });

  it("has no seconds without a clock", () => {
    const lag = { records: 150, seconds: null, clock: "none" };
    expect(lagOf({ committed: 50, recordMs: -1 }, timeline, 40_000)).toEqual(lag);
  });

  it("is unknown where no end was seen", () => {
    expect(lagOf({ committed: 50, recordMs: 1_000 }, [], 40_000)).toBeNull();
  });
});

describe("the lag of several partitions", () => {
  it("adds records up, and takes the worst of the seconds", () => {
    expect(sumOfLags([null, null])).toBeNull();
    expect(
      sumOfLags([
        { records: 3, seconds: null, clock: "none" },
        null,
        { records: 4, seconds: 9, clock: "record" },
        { records: 5, seconds: 2, clock: "observed" },
      ]),
    ).toEqual({ records: 12, seconds: 9, clock: "record" });
  });

  it("is told by topic; none of a group that is ambiguous", () => {
    const world = new World();
    const client = world.client();
    client.commit(100, { partition: 1 });
    client.commit(150);
    const group = world.group();
    const lags = groupTopicsOf(group, (_, partition) => (partition === 0 ? timeline : undefined), 40_000);
    const lag = { records: 50, seconds: 10, clock: "observed" };
    expect(lags).toEqual([
      {
        topic: "orders",
        lag,
        partitions: [
          { partition: 0, committed: 150, end: 200, lag },
          { partition: 1, committed: 100, end: null, lag: null },
        ],
      },
    ]);
    const [none] = groupTopicsOf({ ...group, ambiguous: "for a reason" }, () => timeline, 40_000);
    expect(none).toMatchObject({ lag: null, partitions: [{ committed: 150, lag: null }, { lag: null }] });
  });
});
