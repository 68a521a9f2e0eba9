import { positive, whole } from "../options.ts";

/** A bucket that fills at a steady rate, and starts full. */
export interface TokenBucketOptions {
  /** Tokens per second. Must be > 0; fractions are fine. */
  readonly perSecond: number;
  /** Tokens that it holds at most. A whole number >= 1. @default 1 */
  readonly burst?: number;
}

/** Counts tokens by the clock of `performance.now()`, without a timer. */
export class TokenBucket {
  readonly perSecond: number;
  readonly #burst: number;
  readonly #tokenMs: number;
  // Tokens the bucket lacks, at that time: whole while no time passes, so that a burst is exact.
  #lacking = 0;
  #atMs = 0;

  constructor(options: TokenBucketOptions) {
    this.perSecond = positive("perSecond", options.perSecond);
    this.#burst = whole("burst", options.burst ?? 1, 1);
    this.#tokenMs = 1_000 / this.perSecond;
  }

  /** Whole milliseconds until there is a token for the one behind so many others. */
  waitMs(ahead = 0): number {
    const nowMs = performance.now();
    this.#lacking = Math.max(0, this.#lacking - (nowMs - this.#atMs) / this.#tokenMs);
    this.#atMs = nowMs;
    return Math.ceil(Math.max(0, this.#lacking + ahead + 1 - this.#burst) * this.#tokenMs);
  }

  /** Takes a token, which `waitMs` has said is there. */
  take(): void {
    this.#lacking += 1;
  }
}
