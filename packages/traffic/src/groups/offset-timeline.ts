/** Entries that a timeline keeps. */
const maxEntries = 64;
/** Entries that are left when it was full. */
const keptEntries = 48;
/** Ages below this are as good as one another: entries closer together are the first to go. */
const fineMs = 1_000;
/** As long as this, an end below the one known is one that is late; from then on the log was cut off. */
const cutOffAfterMs = 60_000;

type Entry = readonly [endOffset: number, atMs: number];

/**
 * When the end of a partition was first seen where: offsets and times, both rising. By it an offset
 * has an age without anybody's clock but this process's.
 *
 * At most 64 entries. When it is full, those go that tell least: whose neighbours are close to each
 * other, compared with how old they are. So it reaches back to the first end seen, fine for seconds
 * and coarse for hours; an age that it tells may be too small by the gap, and is never too large.
 */
export class OffsetTimeline {
  readonly #entries: Entry[] = [];
  /** Of ends below the one known, since the last that was not: when it began, and the highest. */
  #lowSinceMs = -1;
  #low = -1;

  /**
   * The offset behind the last record of the partition is, or was just now, `endOffset`. One below the
   * end that is known is late and ignored, unless nothing else was seen for a minute: then the log was
   * cut off or made anew, and the timeline begins again.
   */
  seen(endOffset: number, atMs: number): void {
    const entries = this.#entries;
    const last = entries.at(-1);
    if (last === undefined) {
      if (endOffset >= 0) entries.push([endOffset, atMs]);
      return;
    }
    if (endOffset < last[0]) {
      this.#seenLow(endOffset, atMs);
      return;
    }
    this.#lowSinceMs = -1;
    if (endOffset === last[0]) return;
    // The clock may have been set back meanwhile.
    entries.push([endOffset, Math.max(atMs, last[1])]);
    if (entries.length > maxEntries) this.#thinOut();
  }

  /** The end as last seen; -1 before. */
  get end(): number {
    return this.#entries.at(-1)?.[0] ?? -1;
  }

  /** `[end offset, Unix milliseconds when it was first seen]`, rising. A copy. */
  entries(): readonly Entry[] {
    return [...this.#entries];
  }

  #seenLow(endOffset: number, atMs: number): void {
    if (endOffset < 0) return;
    if (this.#lowSinceMs < 0) {
      this.#lowSinceMs = atMs;
      this.#low = endOffset;
    }
    this.#low = Math.max(this.#low, endOffset);
    if (atMs - this.#lowSinceMs < cutOffAfterMs) return;
    this.#entries.length = 0;
    this.#entries.push([this.#low, atMs]);
    this.#lowSinceMs = -1;
  }

  /** The first stays: what is before it has no age. The last stays: it is the end. */
  #thinOut(): void {
    const entries = this.#entries;
    const nowMs = entries.at(-1)?.[1] ?? 0;
    while (entries.length > keptEntries) {
      let least = 1;
      let leastGap = Infinity;
      for (let at = 1; at < entries.length - 1; at++) {
        const beforeMs = (entries[at - 1] as Entry)[1];
        const gap = ((entries[at + 1] as Entry)[1] - beforeMs) / (nowMs - beforeMs + fineMs);
        if (gap >= leastGap) continue;
        leastGap = gap;
        least = at;
      }
      entries.splice(least, 1);
    }
  }
}
