import { afterEach, beforeEach, vi } from "vitest";

/** A clock that only the test moves. */
export interface FakeTime {
  /** Moves the clock, firing what is due and letting the promises behind it run. */
  advance(ms: number): Promise<void>;
  /** How many timers are waiting. */
  readonly timers: number;
}

/**
 * Replaces timers, `Date` and `performance.now()` for every test of the enclosing `describe`.
 * `setImmediate` and microtasks stay real. Note that no fake clock drives `AbortSignal.timeout`.
 */
export function fakeTime(): FakeTime {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  return {
    advance: async (ms) => {
      await vi.advanceTimersByTimeAsync(ms);
    },
    get timers() {
      return vi.getTimerCount();
    },
  };
}
