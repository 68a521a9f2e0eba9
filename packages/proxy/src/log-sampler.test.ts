import { describe, expect, it } from "vitest";
import { fakeTime } from "@pagoda/core/testing";

import { logSampler } from "./log-sampler.ts";

describe("logSampler", () => {
  const time = fakeTime();

  it("lets the first event through and holds the rest of the period back", () => {
    const sample = logSampler({ periodMs: 1_000 });
    expect(sample("refused")).toEqual({ write: true, suppressed: 0 });
    expect(sample("refused").write).toBe(false);
    expect(sample("refused").write).toBe(false);
  });

  it("says how many were held back when it writes again", async () => {
    const sample = logSampler({ periodMs: 1_000 });
    for (let n = 0; n < 5; n++) sample("refused");
    await time.advance(1_000);
    expect(sample("refused")).toEqual({ write: true, suppressed: 4 });
  });

  it("keeps keys apart", () => {
    const sample = logSampler();
    sample("refused");
    expect(sample("timeout").write).toBe(true);
  });

  it("forgets the oldest key rather than grow", () => {
    const sample = logSampler({ maxKeys: 2 });
    for (const key of ["a", "b", "c"]) sample(key);
    expect(sample("a").write).toBe(true);
    expect(sample("c").write).toBe(false);
  });
});
