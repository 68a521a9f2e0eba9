import { sizeOfSample } from "./sample.ts";
import type { Sample } from "./sample.ts";

/** Up to this age, a sample a second is kept; it is more than the minute that is looked back on. */
const fineMs = 62_000;
const fineEveryMs = 1_000;
const coarseEveryMs = 15_000;

/**
 * The samples of the last minute, one a second, and of as long as is looked back on at most, one each 15
 * seconds. Beyond `maxNumbers` they are thinned out further: more where they lie closer together for
 * their age, so that each window keeps one about as old as it is long.
 */
export class SampleRing {
  readonly #maxAgeMs: number;
  readonly #maxNumbers: number;
  #kept: { readonly sample: Sample; readonly size: number }[] = [];

  constructor({ maxAgeMs, maxNumbers }: { maxAgeMs: number; maxNumbers: number }) {
    this.#maxAgeMs = maxAgeMs;
    this.#maxNumbers = maxNumbers;
  }

  push(sample: Sample): void {
    this.#kept.push({ sample, size: sizeOfSample(sample, this.newest) });
    for (let n = this.#kept.length - 2; n > 0; n--) if (this.#sharesSlot(n, sample.atMs)) this.#drop(n);
    // The oldest must be as old as the longest window, or older.
    while ((this.#kept[1]?.sample.atMs ?? Infinity) <= sample.atMs - this.#maxAgeMs) this.#drop(0);
    // Four: the newest, and one for each window.
    while (this.#kept.length > 4 && this.numbers > this.#maxNumbers) this.#drop(this.#leastMissed());
  }

  clear(): void {
    this.#kept = [];
  }

  get newest(): Sample | undefined {
    return this.#kept.at(-1)?.sample;
  }

  get length(): number {
    return this.#kept.length;
  }

  /** Numbers of 8 bytes that all samples hold together. */
  get numbers(): number {
    return this.#kept.reduce((sum, { size }) => sum + size, 0);
  }

  /** Newest first. */
  samples(): readonly Sample[] {
    return this.#kept.map(({ sample }) => sample).toReversed();
  }

  /** The sample whose age is nearest to `ageMs`, but the newest; undefined where there is no other. */
  nearest(ageMs: number): Sample | undefined {
    const wantedMs = (this.newest?.atMs ?? 0) - ageMs;
    let best: Sample | undefined;
    for (const { sample } of this.#kept.slice(0, -1)) {
      if (best === undefined || Math.abs(sample.atMs - wantedMs) <= Math.abs(best.atMs - wantedMs))
        best = sample;
    }
    return best;
  }

  #sharesSlot(n: number, nowMs: number): boolean {
    const atMs = this.#at(n);
    const slotMs = nowMs - atMs <= fineMs ? fineEveryMs : coarseEveryMs;
    return Math.floor(atMs / slotMs) === Math.floor(this.#at(n - 1) / slotMs);
  }

  /** The one whose neighbours are closest together for its age, but the ends. */
  #leastMissed(): number {
    const nowMs = this.#at(this.#kept.length - 1);
    let least = 1;
    let leastGap = Infinity;
    for (let n = 1; n < this.#kept.length - 1; n++) {
      const gap = (this.#at(n + 1) - this.#at(n - 1)) / (nowMs - this.#at(n));
      if (gap < leastGap) [least, leastGap] = [n, gap];
    }
    return least;
  }

  /** The one behind it shares its rows with the one before it from now on. */
  #drop(n: number): void {
    this.#kept.splice(n, 1);
    const behind = this.#kept[n];
    if (behind === undefined) return;
    const before = this.#kept[n - 1]?.sample;
    this.#kept[n] = { sample: behind.sample, size: sizeOfSample(behind.sample, before) };
  }

  #at(n: number): number {
    return this.#kept[n]?.sample.atMs ?? 0;
  }
}
