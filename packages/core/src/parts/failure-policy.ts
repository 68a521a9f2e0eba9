import { milliseconds, whole } from "../options.ts";
import { WindowedSum } from "./windowed-sum.ts";

/** Too many are so many failures in a row. */
export interface ConsecutiveFailures {
  /** Failures in a row, without a success between them. A whole number >= 1. */
  readonly failures: number;
}

/** Too many is a share of the calls. */
export interface FailureRatio {
  /** Failures among the calls of the window: above 0, and at most 1. */
  readonly failureRatio: number;
  /** Fewer calls than this in the window say nothing. A whole number >= 1. @default 20 */
  readonly minCalls?: number;
  /** How long a call counts, in milliseconds. Must be > 0. @default 10000 (10 s) */
  readonly windowMs?: number;
}

/** Counts how calls end and says when failures are too many. */
export interface FailurePolicy {
  succeeded(): void;
  /** True when that was one too many. */
  failed(): boolean;
  /** Forgets everything. */
  reset(): void;
}

/** Checks the options and starts to count. */
export function failurePolicy(options: ConsecutiveFailures | FailureRatio): FailurePolicy {
  if ("failures" in options && "failureRatio" in options) {
    throw new TypeError("give failures or failureRatio, not both");
  }
  return "failures" in options ? consecutive(options) : ratio(options);
}

function consecutive({ failures }: ConsecutiveFailures): FailurePolicy {
  const limit = whole("failures", failures, 1);
  let inARow = 0;
  return {
    succeeded: () => {
      inARow = 0;
    },
    failed: () => {
      inARow += 1;
      return inARow >= limit;
    },
    reset: () => {
      inARow = 0;
    },
  };
}

function ratio(options: FailureRatio): FailurePolicy {
  const { failureRatio } = options;
  if (!(failureRatio > 0 && failureRatio <= 1)) {
    throw new RangeError(`failureRatio must be > 0 and at most 1, got ${failureRatio}`);
  }
  const minCalls = whole("minCalls", options.minCalls ?? 20, 1);
  const windowMs = milliseconds("windowMs", options.windowMs ?? 10_000);
  const calls = new WindowedSum(windowMs);
  const failures = new WindowedSum(windowMs);
  return {
    succeeded: () => calls.add(1),
    failed: () => {
      calls.add(1);
      failures.add(1);
      return calls.sum >= minCalls && failures.sum >= failureRatio * calls.sum;
    },
    reset: () => {
      calls.clear();
      failures.clear();
    },
  };
}
