import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { fakeTime } from "../testing/index.ts";
import { sleep } from "./sleep.ts";

describe("sleep", () => {
  const time = fakeTime();

  it("resolves when its time has come, and stops listening", async () => {
    const cx = Context.background().fork();
    let over = false;
    const slept = sleep(100, cx).then(() => {
      over = true;
    });
    await time.advance(99);
    expect(over).toBe(false);
    await time.advance(1);
    await slept;
    expect(cx.attached).toBe(0);
  });

  it("ends with the reason when cancelled, and leaves no timer", async () => {
    const cx = Context.background().fork();
    const slept = expect(sleep(100, cx)).rejects.toThrow("gone");
    cx.cancel(new Error("gone"));
    await slept;
    expect(time.timers).toBe(0);
  });

  it("does not begin when it was cancelled before", async () => {
    const cx = Context.background().fork();
    cx.cancel(new Error("gone"));
    await expect(sleep(100, cx)).rejects.toThrow("gone");
    expect(time.timers).toBe(0);
  });
});
