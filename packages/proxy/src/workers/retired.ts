import { isPerProcess } from "./aggregate.ts";
import type { Families, FamilyHead, Sample } from "./snapshot.ts";

export interface RetiredOptions {
  /** Series kept at most; the one that was added to longest ago goes first. Whole, >= 1. */
  readonly maxSeries: number;
}

/**
 * What processes that are gone had counted, in one sum however many there were: with it, a counter
 * does not go down because a worker died. Only what adds up is kept, counters and histograms; the
 * gauges of the dead, and what is said of each process apart, go with them.
 *
 * What a worker counted between the last scrape and its death is not known, and lost.
 */
export class Retired {
  readonly #maxSeries: number;
  readonly #families = new Map<string, { readonly head: FamilyHead; readonly series: Map<string, Sample> }>();
  // Every series by family and key, in the order in which they were last added to.
  readonly #order = new Map<string, readonly [family: string, key: string]>();

  constructor({ maxSeries }: RetiredOptions) {
    this.#maxSeries = maxSeries;
  }

  /** Series held now. */
  get size(): number {
    return this.#order.size;
  }

  /** The whole sum, to be aggregated as if it were one more worker. */
  get families(): Families {
    return this.#families;
  }

  /** Adds what a process said last. */
  add(families: Families): void {
    for (const { head, series } of families.values()) {
      if (!addsUp(head)) continue;
      for (const [key, sample] of series) this.#addTo(head, key, sample);
    }
  }

  /**
   * Compares two snapshots of one living worker, which drops series that were idle for long. A
   * series goes from the page with the last worker that has it. While others have it, and when it
   * began again at zero, what was counted is kept: the sum would go down.
   * @param others what the other workers said last.
   */
  addDropped(before: Families, after: Families, others: readonly Families[]): void {
    for (const [name, { head, series }] of before) {
      if (!addsUp(head)) continue;
      const now = after.get(name)?.series;
      for (const [key, sample] of series) {
        const left = now?.get(key);
        if (left !== undefined && left.value >= sample.value) continue;
        const held = left !== undefined || others.some((other) => other.get(name)?.series.has(key) === true);
        if (held) this.#addTo(head, key, sample);
        else this.#drop(name, key);
      }
    }
  }

  #addTo(head: FamilyHead, key: string, sample: Sample): void {
    if (Number.isNaN(sample.value)) return;
    let family = this.#families.get(head.name);
    if (family === undefined) this.#families.set(head.name, (family = { head, series: new Map() }));
    const value = (family.series.get(key)?.value ?? 0) + sample.value;
    family.series.set(key, { ...sample, value });
    const place = `${head.name}\n${key}`;
    this.#order.delete(place);
    this.#order.set(place, [head.name, key]);
    if (this.#order.size > this.#maxSeries) {
      const [oldest] = this.#order.values();
      if (oldest !== undefined) this.#drop(...oldest);
    }
  }

  #drop(name: string, key: string): void {
    this.#families.get(name)?.series.delete(key);
    this.#order.delete(`${name}\n${key}`);
  }
}

function addsUp({ name, type }: FamilyHead): boolean {
  return type !== "gauge" && !isPerProcess(name);
}
