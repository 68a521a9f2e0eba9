import { describe, expect, it } from "vitest";

import { usesColor } from "../../src/cli/output/terminal.ts";
import {
  age,
  amount,
  byteRate,
  bytes,
  duration,
  errorPercent,
  okPercent,
} from "../../src/cli/output/units.ts";
import { cut } from "../../src/cli/output/width.ts";

describe("units", () => {
  it.each([
    [0, "0"],
    [0.02, "<0.1"],
    [0.5, "0.5"],
    [12.4, "12"],
    [999.6, "1k"],
    [1_234, "1.2k"],
    [9_960, "10k"],
    [1_500_000, "1.5M"],
  ])("amount of %d is %s", (value, text) => expect(amount(value)).toBe(text));

  it.each([
    [null, "-"],
    [0, "0s"],
    [0.04, "<0.1ms"],
    [31.1, "31ms"],
    [999.7, "1s"],
    [4_200, "4.2s"],
    [59_900, "1m"],
    [720_000, "12m"],
    [86_400_000, "24h"],
    [5 * 86_400_000, "5d"],
  ])("duration of %s ms is %s", (ms, text) => expect(duration(ms)).toBe(text));

  it.each([
    [1, "100.00%"],
    [0.999999, "99.99%"],
    [0.9997, "99.97%"],
    [null, "-"],
  ])("share %s is %s", (share, text) => expect(okPercent(share)).toBe(text));

  it("writes bytes, errors and ages", () => {
    expect([bytes(9_626), byteRate(0), byteRate(1_677_722)]).toEqual(["9.4KiB", "-", "1.6MiB/s"]);
    expect([0, 0.00001, 0.0003, 0.02, null].map(errorPercent)).toEqual(["0.0", "<0.01", "0.03", "2", "-"]);
    expect([age(10, 5), age(0, 1_900), age(null, 5)]).toEqual(["0s", "1s", "-"]);
  });
});

describe("width", () => {
  it("cuts by columns, and never within a character", () => {
    expect(cut("注文-café", 9)).toBe("注文-café");
    expect(cut("注文-café", 4)).toBe("注…");
    expect(cut("cafe\u0301s", 5)).toBe("cafe\u0301s");
    expect(cut("abc", 0)).toBe("");
  });
});

describe("colour", () => {
  it("is for terminals alone, and for nobody who does not want it", () => {
    const wanted = { noColor: false, isTerminal: true, env: {} };
    expect(usesColor(wanted)).toBe(true);
    expect(usesColor({ ...wanted, env: { NO_COLOR: "1" } })).toBe(false);
    expect(usesColor({ ...wanted, env: { TERM: "dumb" } })).toBe(false);
    expect(usesColor({ ...wanted, noColor: true })).toBe(false);
    expect(usesColor({ ...wanted, isTerminal: undefined })).toBe(false);
  });
});
