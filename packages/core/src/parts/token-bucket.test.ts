import { describe, expect, it } from "vitest";

import { fakeTime } from "../testing/fake-time.ts";
import { TokenBucket } from "./token-bucket.ts";

describe("a token bucket", () => {
  const time = fakeTime();

  it("has its burst at once, then a token at a time", async () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 2 });
    for (let n = 0; n < 2; n++) {
      expect(bucket.waitMs()).toBe(0);
      bucket.take();
    }
    expect(bucket.waitMs()).toBe(100);
    expect(bucket.waitMs(1)).toBe(200);
    await time.advance(100);
    expect(bucket.waitMs()).toBe(0);
  });

  it("never holds more than its burst", async () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 2 });
    await time.advance(60_000);
    for (let n = 0; n < 2; n++) {
      expect(bucket.waitMs()).toBe(0);
      bucket.take();
    }
    expect(bucket.waitMs()).toBe(100);
  });

  it("refuses a rate or a burst of nothing", () => {
    expect(() => new TokenBucket({ perSecond: 0 })).toThrow("perSecond must be > 0, got 0");
    expect(() => new TokenBucket({ perSecond: 1, burst: 0 })).toThrow("burst must be a whole number >= 1");
  });
});
