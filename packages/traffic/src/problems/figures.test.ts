import { describe, expect, it } from "vitest";

import { bytes, count, duration, many, percent } from "./figures.ts";

describe("figures", () => {
  it("know one from many", () => {
    expect([many(0, "record"), many(1, "record"), many(1_200, "record")]).toEqual([
      "0 records",
      "1 record",
      "1.2k records",
    ]);
  });

  it("are short", () => {
    expect([0, 1.08, 9.94, 42.4, 999, 2_140, 12_345, 3_200_000].map(count)).toEqual([
      "0",
      "1.1",
      "9.9",
      "42",
      "999",
      "2.1k",
      "12k",
      "3.2M",
    ]);
    expect([0, 900, 1_536, 2 ** 20, 60 * 2 ** 20, 2.5 * 2 ** 30].map(bytes)).toEqual([
      "0B",
      "900B",
      "1.5KiB",
      "1MiB",
      "60MiB",
      "2.5GiB",
    ]);
    expect([0, 40_400, 60_000, 150_000, 900_000].map(duration)).toEqual(["0s", "40s", "1m", "2m30s", "15m"]);
  });

  it("say all of it for all of it alone", () => {
    expect([0, 0.914, 0.999, 1].map(percent)).toEqual(["0%", "91%", "99%", "100%"]);
  });
});
