import { fakeTime } from "@pagoda/core/testing";
import { describe, expect, it, vi } from "vitest";

import { idleTimer } from "./idle-timer.ts";
import type { IdleTimeoutError } from "./idle-timer.ts";

describe("idleTimer", () => {
  const time = fakeTime();

  function watch(timeoutMs: number) {
    const bytes = { count: 0 };
    const onIdle = vi.fn<(error: IdleTimeoutError) => void>();
    return { bytes, onIdle, timer: idleTimer({ timeoutMs, progress: () => bytes.count, onIdle }) };
  }

  it("fires once when nothing moved for as long as allowed", async () => {
    const { onIdle } = watch(80);
    await time.advance(79);
    expect(onIdle).not.toHaveBeenCalled();
    await time.advance(1);
    expect(onIdle.mock.calls).toMatchObject([[{ code: "IDLE_TIMEOUT", timeoutMs: 80 }]]);
    await time.advance(1_000);
    expect(onIdle).toHaveBeenCalledTimes(1);
    expect(time.timers).toBe(0);
  });

  it("counts from the last sign of life, and is late by an eighth at most", async () => {
    for (const lifeMs of [1, 9, 10, 11, 39, 79]) {
      const { bytes, onIdle } = watch(80);
      await time.advance(lifeMs);
      bytes.count += 1;
      await time.advance(79);
      expect(onIdle).not.toHaveBeenCalled();
      await time.advance(11);
      expect(onIdle).toHaveBeenCalledTimes(1);
    }
  });

  it("never fires while there is life, with one timer however much there is", async () => {
    const { bytes, onIdle } = watch(80);
    for (let n = 0; n < 100; n++) {
      await time.advance(70);
      bytes.count += 1;
      expect(time.timers).toBe(1);
    }
    expect(onIdle).not.toHaveBeenCalled();
  });

  it("takes a shorter limit at once, and counts what has passed", async () => {
    const { onIdle, timer } = watch(1_000);
    await time.advance(60);
    timer.limit(80);
    await time.advance(19);
    expect(onIdle).not.toHaveBeenCalled();
    await time.advance(1);
    expect(onIdle.mock.calls).toMatchObject([[{ timeoutMs: 80 }]]);
  });

  it("waits for ever without a limit, and sets no timer for it", async () => {
    const { onIdle } = watch(Infinity);
    expect(time.timers).toBe(0);
    await time.advance(1e9);
    expect(onIdle).not.toHaveBeenCalled();
  });

  it("leaves nothing behind once it is stopped", () => {
    const { timer } = watch(80);
    timer.stop();
    expect(time.timers).toBe(0);
  });
});
