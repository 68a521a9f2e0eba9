import { milliseconds } from "../options.ts";

const slots = 10;

/**
 * The sum of what was added within a window of time. It forgets in tenths of the window: something
 * added counts for at least nine tenths of it and at most the whole.
 */
export class WindowedSum {
  readonly #slotMs: number;
  readonly #sums = new Float64Array(slots);
  #total = 0;
  // The number of the current tenth since the clock began.
  #at = 0;

  /** @param windowMs must be > 0. */
  constructor(windowMs: number) {
    this.#slotMs = milliseconds("windowMs", windowMs) / slots;
  }

  add(amount: number): void {
    this.#forget();
    const slot = this.#at % slots;
    this.#sums[slot] = (this.#sums[slot] ?? 0) + amount;
    this.#total += amount;
  }

  get sum(): number {
    this.#forget();
    return this.#total;
  }

  clear(): void {
    this.#sums.fill(0);
    this.#total = 0;
  }

  #forget(): void {
    const now = Math.floor(performance.now() / this.#slotMs);
    const steps = now - this.#at;
    if (steps <= 0) return;
    if (steps >= slots) this.clear();
    else for (let step = 1; step <= steps; step++) this.#clearSlot((this.#at + step) % slots);
    this.#at = now;
  }

  #clearSlot(slot: number): void {
    this.#total -= this.#sums[slot] ?? 0;
    this.#sums[slot] = 0;
  }
}
