import { fakeTime } from "@pagoda/core/testing";
import { describe, expect, it, vi } from "vitest";

import { idleTimer } from "./idle-timer.ts";

describe("idleTimer", () => {
  const time = fakeTime();

  it("fires once when nothing was touched for as long as allowed", async () => {
    const onIdle = vi.fn<(error: Error) => void>();
    idleTimer(100, onIdle);
    await time.advance(99);
    expect(onIdle).not.toHaveBeenCalled();
    await time.advance(1);
    expect(onIdle.mock.calls).toMatchObject([[{ code: "IDLE_TIMEOUT", timeoutMs: 100 }]]);
    await time.advance(1_000);
    expect(onIdle).toHaveBeenCalledTimes(1);
    expect(time.timers).toBe(0);
  });

  it("counts from the last touch, with one timer however many there are", async () => {
    const onIdle = vi.fn<(error: Error) => void>();
    const timer = idleTimer(100, onIdle);
    for (let n = 0; n < 5; n++) {
      await time.advance(70);
      timer.touch();
      expect(time.timers).toBe(1);
    }
    await time.advance(99);
    expect(onIdle).not.toHaveBeenCalled();
    await time.advance(1);
    expect(onIdle).toHaveBeenCalledTimes(1);
  });

  it("takes a shorter limit at once, and counts what has passed", async () => {
    const onIdle = vi.fn<(error: Error) => void>();
    const timer = idleTimer(1_000, onIdle);
    await time.advance(60);
    timer.limit(100);
    await time.advance(39);
    expect(onIdle).not.toHaveBeenCalled();
    await time.advance(1);
    expect(onIdle.mock.calls).toMatchObject([[{ timeoutMs: 100 }]]);
  });

  it("waits for ever without a limit, and sets no timer for it", async () => {
    const onIdle = vi.fn<(error: Error) => void>();
    idleTimer(Infinity, onIdle);
    expect(time.timers).toBe(0);
    await time.advance(1e9);
    expect(onIdle).not.toHaveBeenCalled();
  });

  it("leaves nothing behind once it is stopped", async () => {
    const onIdle = vi.fn<(error: Error) => void>();
    const timer = idleTimer(100, onIdle);
    timer.stop();
    expect(time.timers).toBe(0);
  });
});
