/**
 * Unix milliseconds of moments that are known by `performance.now()`. Reading a clock for each request
 * costs as much as counting it, and when it came is known already.
 */
export class Clock {
  readonly #now: () => number;
  #offsetMs = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.set();
  }

  /** Goes by the system's clock again, which may have been set meanwhile. @returns Unix milliseconds */
  set(): number {
    const nowMs = this.#now();
    this.#offsetMs = nowMs - performance.now();
    return nowMs;
  }

  /** Whole Unix milliseconds. */
  at(ms: number): number {
    return Math.round(this.#offsetMs + ms);
  }
}
