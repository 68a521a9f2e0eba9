import { describe, expect, it } from "vitest";

import { fakeTime } from "../testing/index.ts";
import { WindowedSum } from "./windowed-sum.ts";

describe("WindowedSum", () => {
  const time = fakeTime();

  it("forgets what is older than its window, in tenths of it", async () => {
    const window = new WindowedSum(1_000);
    window.add(1);
    await time.advance(500);
    window.add(2);
    expect(window.sum).toBe(3);
    await time.advance(499);
    expect(window.sum).toBe(3);
    await time.advance(1);
    expect(window.sum).toBe(2);
    await time.advance(500);
    expect(window.sum).toBe(0);
  });

  it("forgets everything after a long silence, and counts on", async () => {
    const window = new WindowedSum(1_000);
    window.add(7);
    await time.advance(123_456);
    expect(window.sum).toBe(0);
    window.add(1);
    expect(window.sum).toBe(1);
  });

  it("starts anew when cleared", () => {
    const window = new WindowedSum(1_000);
    window.add(7);
    window.clear();
    window.add(1);
    expect(window.sum).toBe(1);
  });

  it("refuses a window without length", () => {
    expect(() => new WindowedSum(0)).toThrow("windowMs must be > 0");
  });
});
