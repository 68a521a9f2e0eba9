import { describe, expect, it } from "vitest";

import {
  ago,
  amount,
  bytes,
  bytesRate,
  duration,
  errorsText,
  lagText,
  listText,
  percent,
  shortened,
} from "./figures.ts";

describe("figures", () => {
  it("shows amounts with two or three digits and a unit", () => {
    expect([0, 0.04, 4.2, 6, 118, 999.6, 1_240, 12_400, 3_400_000].map(amount)).toEqual([
      "0",
      "0.04",
      "4.2",
      "6",
      "118",
      "1.0k",
      "1.2k",
      "12k",
      "3.4M",
    ]);
  });

  it("shows bytes in powers of 1024, and a dash for no traffic", () => {
    expect([bytes(70), bytes(9_626), bytesRate(860_160), bytesRate(0)]).toEqual([
      "70B",
      "9.4KiB",
      "840KiB/s",
      "-",
    ]);
  });

  it("never rounds what is not all up to all", () => {
    expect([percent(1), percent(0.99999), percent(0.5), percent(null)]).toEqual([
      "100.00%",
      "99.99%",
      "50.00%",
      "-",
    ]);
  });

  it("shows durations in the unit that people would say", () => {
    expect([0.8, 31, 999.7, 4_200, 720_000, 259_200_000].map(duration)).toEqual([
      "0.8ms",
      "31ms",
      "1.0s",
      "4.2s",
      "12m",
      "3d",
    ]);
  });

  it("shows a lag with its seconds where they are known", () => {
    expect([
      lagText(null),
      lagText({ records: 0, seconds: 0 }),
      lagText({ records: 1_530, seconds: 4.2 }),
      lagText({ records: 1_530, seconds: null }),
    ]).toEqual(["-", "0", "1.5k (4.2s)", "1.5k"]);
  });

  it("says how many more there are of what is listed", () => {
    expect(listText(["a", "b", "c"])).toBe("a, b +1");
    expect(
      errorsText([
        { error: "NOT_LEADER", count: 4 },
        { error: "OTHER", count: 1 },
      ]),
    ).toBe("NOT_LEADER×4 +1");
  });

  it("cuts text between characters, not within one", () => {
    expect(shortened("😀😀😀😀", 3)).toBe("😀😀…");
  });

  it("says how long ago something was", () => {
    expect([ago(null, 5), ago(4_500, 5_000), ago(0, 720_000)]).toEqual(["-", "now", "12m ago"]);
  });
});
