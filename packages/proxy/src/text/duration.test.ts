import { describe, expect, it } from "vitest";

import { parseDurationMs } from "./duration.ts";

describe("parseDurationMs", () => {
  it.each([
    ["250ms", 250],
    ["10s", 10_000],
    ["1.5s", 1_500],
    ["5m", 300_000],
    ["1h", 3_600_000],
  ])("reads %s as %i ms", (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(["", "10", "s", "-1s", "1d", "1s 2ms", "1e3s", "10 s"])("does not take %j", (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  });
});
