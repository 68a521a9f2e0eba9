import type { HistogramCell } from "./cells.ts";

const joinGroup = 11;

/**
 * How long a member of a classic group waits for it: from its first JoinGroup until its SyncGroup is
 * answered. Both answers come when the group is ready, which is nobody's latency.
 */
export class RebalanceTimer {
  readonly #seconds: HistogramCell;
  /** 0: none is under way. */
  #sinceMs = 0;

  constructor(seconds: HistogramCell) {
    this.#seconds = seconds;
  }

  began(apiKey: number, nowMs: number): void {
    if (apiKey === joinGroup && this.#sinceMs === 0) this.#sinceMs = nowMs;
  }

  ended(apiKey: number, nowMs: number, ok: boolean): void {
    if (apiKey === joinGroup || !ok || this.#sinceMs === 0) return;
    this.#seconds.observe((nowMs - this.#sinceMs) / 1_000);
    this.#sinceMs = 0;
  }
}
