import type { KafkaFamilies } from "./families.ts";
import type { Cell, CellCounter, CellGauge, Labels } from "./cells.ts";
import type { SeriesLimits, Tracked, TrackedSeries } from "../cardinality/series-limits.ts";

/** The values of open labels that a series has. */
export type OpenValues = NonNullable<TrackedSeries["labels"]>;

/** What the tally of a topic or client is made of. */
export interface TallyParts {
  readonly families: KafkaFamilies;
  readonly bounds: SeriesLimits;
  readonly listener: string;
  /** Told once, when its series were dropped. */
  readonly onDrop: () => void;
}

/**
 * The series of one topic, client or group: they live and die together. Each counts as one of the series that
 * are bounded; when they have been idle for long enough, all of them go.
 */
export class OwnSeries {
  /** False once they were dropped: whoever holds them asks for others. */
  alive = true;
  readonly #bounds: SeriesLimits;
  readonly #group: "topic" | "client" | "group";
  readonly #onDrop: () => void;
  readonly #tracked: Tracked[] = [];
  readonly #drops: (() => void)[] = [];
  /** While something that lives needs them. */
  #holds: Disposable[] | undefined;

  /** @param onDrop told once, when they were dropped */
  constructor(bounds: SeriesLimits, group: "topic" | "client" | "group", onDrop: () => void) {
    this.#bounds = bounds;
    this.#group = group;
    this.#onDrop = onDrop;
  }

  /** @param values the open ones among the labels */
  cell<Name extends string>(
    family: CellCounter<Name> | CellGauge<Name>,
    labels: Labels<Name>,
    values: OpenValues,
  ): Cell {
    const cell = family.cell(labels);
    this.#drops.push(() => family.drop(cell));
    const tracked = this.#bounds.track(this.#group, { labels: values, evict: () => this.#drop() });
    this.#tracked.push(tracked);
    this.#holds?.push(tracked.retain());
    return cell;
  }

  /** Says that they are in use. */
  touch(): void {
    for (const tracked of this.#tracked) tracked.touch();
  }

  /** Keeps them, however idle, until `release`. */
  hold(): void {
    this.#holds ??= this.#tracked.map((tracked) => tracked.retain());
  }

  release(): void {
    for (const hold of this.#holds ?? []) hold[Symbol.dispose]();
    this.#holds = undefined;
  }

  #drop(): void {
    if (!this.alive) return;
    this.alive = false;
    for (const drop of this.#drops) drop();
    this.#onDrop();
  }
}
