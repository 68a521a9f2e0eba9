import { milliseconds } from "../options.ts";

/** How long to wait between attempts: twice as long after each failure, up to a limit. */
export interface BackoffOptions {
  /** Milliseconds after the first failure. Must be > 0. @default 25 */
  readonly baseMs?: number;
  /** The longest wait, in milliseconds. Must be >= `baseMs`. @default 1000 (1 s) */
  readonly maxMs?: number;
  /**
   * How much of a wait is left to chance, so that callers who failed together do not come back
   * together: each wait is somewhere between `1 - jitter` of its length and the whole. From 0
   * (none) to 1 (anything down to no wait).
   * @default 0.5
   */
  readonly jitter?: number;
  /** Where chance comes from: a number from 0 to below 1. @default Math.random */
  readonly random?: () => number;
}

/** What {@link backoff} makes of its options. */
export interface Backoff {
  /** The longest wait, in milliseconds. */
  readonly maxMs: number;
  /** Milliseconds to wait after so many failures in a row, 1 or more. */
  delayMs(failures: number): number;
}

/** Checks the options and makes the schedule. It holds no state: share it as you like. */
export function backoff(options: BackoffOptions = {}): Backoff {
  const baseMs = milliseconds("baseMs", options.baseMs ?? 25);
  const maxMs = milliseconds("maxMs", options.maxMs ?? Math.max(1_000, baseMs));
  if (maxMs < baseMs) throw new RangeError(`maxMs must be >= baseMs (${baseMs}), got ${maxMs}`);
  const jitter = options.jitter ?? 0.5;
  if (!(jitter >= 0 && jitter <= 1)) throw new RangeError(`jitter must be from 0 to 1, got ${jitter}`);
  const random = options.random ?? Math.random;

  return {
    maxMs,
    delayMs: (failures) => Math.min(maxMs, baseMs * 2 ** (failures - 1)) * (1 - jitter * random()),
  };
}
