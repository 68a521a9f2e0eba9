import { notNegative, positive } from "../options.ts";
import { WindowedSum } from "./windowed-sum.ts";

/** How much may be sent again. Shared by every call of one destination. */
export interface RetryBudgetOptions {
  /** Retries per hundred calls of the window. Must be >= 0. @default 20 */
  readonly percent?: number;
  /**
   * Retries per second that are allowed in any case, so that a quiet service may retry too. Must
   * be >= 0.
   * @default 10
   */
  readonly minPerSecond?: number;
  /** How long a call counts, in milliseconds. Must be > 0. @default 10000 (10 s) */
  readonly windowMs?: number;
}

/** What {@link retryBudget} makes; an own one has to keep these two promises. */
export interface RetryBudget {
  /** Counts one call that may be retried. */
  deposit(): void;
  /** Takes one retry. False, and nothing taken, when the budget is spent. */
  withdraw(): boolean;
}

/**
 * Bounds retries by a share of the calls, as Finagle and Tower do: a service that fails now and then
 * gets its retries, one that is down is not hit by several times its traffic.
 */
export function retryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  const percent = notNegative("percent", options.percent ?? 20);
  const minPerSecond = notNegative("minPerSecond", options.minPerSecond ?? 10);
  const windowMs = positive("windowMs", options.windowMs ?? 10_000);
  // In hundredths of a retry, so that shares of a call add up without rounding.
  const reserve = (minPerSecond * windowMs) / 10;
  const balance = new WindowedSum(windowMs);

  return {
    deposit: () => balance.add(percent),
    withdraw: () => {
      if (reserve + balance.sum < 100) return false;
      balance.add(-100);
      return true;
    },
  };
}

/** A budget that is never spent. */
export const unlimitedRetries: RetryBudget = { deposit: () => {}, withdraw: () => true };
