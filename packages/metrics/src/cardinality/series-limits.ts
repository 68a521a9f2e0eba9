import { milliseconds, whole } from "@pagoda/core";
import type { Registry } from "prom-client";

import { clientName } from "./client-name.ts";
import { LabelLimiter } from "./label-limiter.ts";
import { defaultMaxValues, openLabels } from "./options.ts";
import type { LabelOptions, MetricsProfile, OpenLabel } from "./options.ts";
import { SelfMetrics } from "./self-metrics.ts";
import type { FamilyGroup } from "./self-metrics.ts";

export interface SeriesLimitsOptions {
  /** @default "standard" */
  readonly profile?: MetricsProfile;
  /**
   * Milliseconds without a touch until a tracked series is dropped, and a label value loses its place.
   * Seen when the page is asked for, so a series may stay one scrape longer.
   * @default 600000 (10 minutes)
   */
  readonly retainIdleMs?: number;
  /** Tracked series at most; from there on no new value of an open label is shown. @default 20000 */
  readonly maxSeries?: number;
  /** @default no rules, and the caps of `defaultMaxValues` */
  readonly labels?: Readonly<Partial<Record<OpenLabel, LabelOptions>>>;
  /** A clock in milliseconds that does not go back. @default performance.now */
  readonly now?: () => number;
}

/** Series that live and die together: those of one topic, one client, one group. */
export interface TrackedSeries {
  /** How many lines they print: a histogram is its buckets and two. @default 1 */
  readonly lines?: number;
  /** The resolved values they are printed under. Their places are kept as long as the series are. */
  readonly labels?: Readonly<Partial<Record<OpenLabel, string>>>;
  /** Removes them from their families. Called once, when they were idle. */
  evict(): void;
}

/** A hold on tracked series. */
export interface Tracked {
  /** They are in use. @returns false when they were evicted meanwhile: make and track them anew. */
  touch(): boolean;
  /**
   * Keeps them however idle, until the hold is disposed of: for counters, and gauges that count
   * up and down, as long as an object that feeds them lives. Not for gauges that tell a reading.
   */
  retain(): Disposable;
}

/**
 * Bounds what one registry holds: limiters for the open labels, expiry for idle series, and a cap
 * on all of them. One per registry; it also feeds the `pagoda_metrics_*` families.
 *
 * Needs no timer. Idle series are looked for when the page is asked for, and when a label is full.
 */
export class SeriesLimits {
  readonly profile: MetricsProfile;
  readonly topic: LabelLimiter;
  readonly client: LabelLimiter;
  readonly group: LabelLimiter;
  readonly softwareVersion: LabelLimiter;
  readonly #limiters: Readonly<Record<OpenLabel, LabelLimiter>>;
  readonly #self: SelfMetrics;
  readonly #retainIdleMs: number;
  readonly #maxSeries: number;
  readonly #now: () => number;
  readonly #tracked = new Set<Entry>();
  readonly #lines = new Map<FamilyGroup, number>();
  #total = 0;
  #sweptAtMs: number;

  /** @throws RangeError for an option that is out of range, or a pattern that could hang. */
  constructor(registry: Registry, options: SeriesLimitsOptions = {}) {
    this.profile = options.profile ?? "standard";
    this.#retainIdleMs = milliseconds("metrics.retainIdleMs", options.retainIdleMs ?? 600_000);
    this.#maxSeries = whole("metrics.maxSeries", options.maxSeries ?? 20_000, 1);
    this.#now = options.now ?? (() => performance.now());
    this.#sweptAtMs = this.#now();
    this.#self = new SelfMetrics(registry, () => this.#read());
    const limiter = (label: OpenLabel, normalise?: (value: string) => string): LabelLimiter =>
      new LabelLimiter({
        max: defaultMaxValues[label],
        ...options.labels?.[label],
        label,
        ...(normalise && { normalise }),
        isOpen: () => this.openLabels,
        onFull: () => this.#sweepAtTimes(),
        onOverflow: () => {
          if (this.profile !== "minimal") this.#self.overflowed(label);
        },
      });
    this.topic = limiter("topic");
    this.client = limiter("client", clientName);
    this.group = limiter("group");
    this.softwareVersion = limiter("software_version");
    this.#limiters = {
      topic: this.topic,
      client: this.client,
      group: this.group,
      software_version: this.softwareVersion,
    };
  }

  /** Whether series of open labels may be made: not with the minimal profile, nor beyond `maxSeries`. */
  get openLabels(): boolean {
    return this.profile !== "minimal" && this.#total < this.#maxSeries;
  }

  /** Series tracked now, in lines. */
  get series(): number {
    return this.#total;
  }

  /** Counts series from now on, and evicts them when they are idle and nobody retains them. */
  track(group: FamilyGroup, series: TrackedSeries): Tracked {
    const entry = new Entry(group, series);
    this.#tracked.add(entry);
    this.#add(group, entry.lines);
    for (const label of openLabels) {
      const value = series.labels?.[label];
      if (value !== undefined) this.#limiters[label].hold(value);
    }
    return entry;
  }

  /** Evicts what is idle. Happens by itself with every page. */
  sweep(): void {
    const nowMs = this.#now();
    this.#sweptAtMs = nowMs;
    for (const entry of this.#tracked) {
      if (entry.isIdle(nowMs, this.#retainIdleMs)) this.#evict(entry);
    }
    for (const label of openLabels) this.#limiters[label].sweep(nowMs, this.#retainIdleMs);
  }

  #evict(entry: Entry): void {
    this.#tracked.delete(entry);
    entry.evicted = true;
    this.#add(entry.group, -entry.lines);
    this.#self.evicted(entry.group, entry.lines);
    for (const label of openLabels) {
      const value = entry.series.labels?.[label];
      if (value !== undefined) this.#limiters[label].release(value);
    }
    entry.series.evict();
  }

  #add(group: FamilyGroup, lines: number): void {
    this.#lines.set(group, (this.#lines.get(group) ?? 0) + lines);
    this.#total += lines;
  }

  /** A flood of new values must not make every one of them pay for a sweep. */
  #sweepAtTimes(): void {
    if (this.#now() - this.#sweptAtMs >= this.#retainIdleMs / 10) this.sweep();
  }

  #read(): ReadonlyMap<FamilyGroup, number> {
    this.sweep();
    return this.#lines;
  }
}

class Entry implements Tracked {
  readonly group: FamilyGroup;
  readonly series: TrackedSeries;
  readonly lines: number;
  evicted = false;
  #touched = true;
  #usedAtMs = 0;
  #holders = 0;

  constructor(group: FamilyGroup, series: TrackedSeries) {
    this.group = group;
    this.series = series;
    this.lines = whole("lines", series.lines ?? 1, 1);
  }

  touch(): boolean {
    this.#touched = true;
    return !this.evicted;
  }

  retain(): Disposable {
    let held = true;
    this.#holders++;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#holders--;
        this.#touched = true;
      },
    };
  }

  isIdle(nowMs: number, retainIdleMs: number): boolean {
    if (!this.#touched && this.#holders === 0) return nowMs - this.#usedAtMs >= retainIdleMs;
    this.#touched = false;
    this.#usedAtMs = nowMs;
    return false;
  }
}
