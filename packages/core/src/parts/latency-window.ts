import { milliseconds } from "../options.ts";

const bucketsPerDoubling = 8;
const buckets = 256;
// The first bucket ends at 2^-10 ms, a microsecond; the last one at more than an hour.
const offset = 10 * bucketsPerDoubling;

/**
 * The latencies of the last while, for percentiles. They are kept in buckets, each an eighth of a
 * doubling wide, so a percentile is too high by a tenth at most. It forgets by halves: a latency
 * counts for one to two windows.
 */
export class LatencyWindow {
  readonly #windowMs: number;
  #recent: Uint32Array = new Uint32Array(buckets);
  #older: Uint32Array = new Uint32Array(buckets);
  #recentSinceMs = performance.now();
  #count = 0;
  #olderCount = 0;

  /** @param windowMs must be > 0. */
  constructor(windowMs: number) {
    this.#windowMs = milliseconds("windowMs", windowMs);
  }

  /** How many latencies it knows. */
  get count(): number {
    this.#forget();
    return this.#count + this.#olderCount;
  }

  record(latencyMs: number): void {
    this.#forget();
    const bucket = Math.ceil(Math.log2(latencyMs) * bucketsPerDoubling) + offset;
    const at = Math.min(buckets - 1, Math.max(0, bucket));
    this.#recent[at] = (this.#recent[at] ?? 0) + 1;
    this.#count += 1;
  }

  /**
   * The latency in milliseconds that so many percent of them do not exceed; 0 when there are none.
   *
   * @param percent above 0 and below 100.
   */
  percentile(percent: number): number {
    let above = Math.floor(this.count * (1 - percent / 100));
    for (let at = buckets - 1; at >= 0; at--) {
      above -= (this.#recent[at] ?? 0) + (this.#older[at] ?? 0);
      if (above < 0) return 2 ** ((at - offset) / bucketsPerDoubling);
    }
    return 0;
  }

  #forget(): void {
    const ageMs = performance.now() - this.#recentSinceMs;
    if (ageMs < this.#windowMs) return;
    const reused = this.#older.fill(0);
    const stillOld = ageMs < 2 * this.#windowMs;
    if (!stillOld) this.#recent.fill(0);
    this.#older = this.#recent;
    this.#olderCount = stillOld ? this.#count : 0;
    this.#recent = reused;
    this.#count = 0;
    this.#recentSinceMs += Math.floor(ageMs / this.#windowMs) * this.#windowMs;
  }
}
