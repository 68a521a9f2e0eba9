/** So many a second and no more: an error storm must not become a storm of spans. */
export class KeptBudget {
  readonly #maxPerSecond: number;
  #left: number;
  #refilledMs = 0;

  constructor(maxPerSecond: number) {
    this.#maxPerSecond = maxPerSecond;
    this.#left = maxPerSecond;
  }

  /** @param nowMs of `performance.now()` */
  take(nowMs: number): boolean {
    const since = nowMs - this.#refilledMs;
    if (since > 0) {
      this.#left = Math.min(this.#maxPerSecond, this.#left + (since * this.#maxPerSecond) / 1_000);
      this.#refilledMs = nowMs;
    }
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
