import type { SeriesLimits, Tracked } from "../cardinality/series-limits.ts";
import type { Cell, CellGauge } from "./cells.ts";
import type { GroupFamilies, GroupFigures, GroupRebalance } from "./group-metrics.ts";
import { OwnSeries } from "./own-series.ts";
import type { OpenValues, TallyParts } from "./own-series.ts";

interface Parts extends Omit<TallyParts, "families"> {
  readonly families: GroupFamilies;
}

const triggers: readonly GroupRebalance[] = ["join", "leave", "session_timeout", "error"];

/** The series of one group on one listener. */
export class GroupTally {
  readonly #families: GroupFamilies;
  readonly #bounds: SeriesLimits;
  readonly #labels: { readonly listener: string; readonly group: string };
  readonly #series: OwnSeries;
  readonly #commits: Count;
  readonly #failedCommits: Count;
  readonly #rebalances: readonly (readonly [GroupRebalance, Count])[];
  readonly #members: Readings<"listener" | "group">;
  readonly #lags = new Map<string, Readings<"listener" | "group" | "topic">>();

  constructor({ families, bounds, listener, onDrop }: Parts, group: string) {
    this.#families = families;
    this.#bounds = bounds;
    const labels = (this.#labels = { listener, group });
    this.#series = new OwnSeries(bounds, "group", onDrop);
    const commits = (outcome: string): Count =>
      new Count(this.#series.cell(families.commits, { ...labels, outcome }, { group }));
    this.#commits = commits("success");
    this.#failedCommits = commits("failure");
    this.#rebalances = triggers.map((trigger) => {
      const cell = this.#series.cell(families.rebalances, { ...labels, trigger }, { group });
      return [trigger, new Count(cell)] as const;
    });
    this.#members = new Readings(bounds, [families.members], labels, { group });
  }

  show({ members, commits, failedCommits, rebalances, topics }: GroupFigures): void {
    this.#series.hold();
    this.#commits.is(commits);
    this.#failedCommits.is(failedCommits);
    for (const [trigger, count] of this.#rebalances) count.is(rebalances[trigger]);
    this.#members.show([members]);
    const gone = new Set(this.#lags.values());
    for (const { topic, records, seconds } of topics) {
      const lag = this.#lagOf(topic);
      if (lag === undefined) continue;
      lag.show([records, seconds]);
      gone.delete(lag);
    }
    for (const lag of gone) lag.hide();
  }

  /** The group is gone: what it was is no reading any more. */
  hide(): void {
    this.#series.release();
    for (const count of [this.#commits, this.#failedCommits]) count.begins();
    for (const [, count] of this.#rebalances) count.begins();
    this.#members.hide();
    for (const lag of this.#lags.values()) lag.hide();
  }

  #lagOf(topic: string): Readings<"listener" | "group" | "topic"> | undefined {
    let lag = this.#lags.get(topic);
    if (lag === undefined && this.#bounds.openLabels) {
      const { lagRecords, lagSeconds } = this.#families;
      const values = { group: this.#labels.group, topic };
      const onDrop = (): void => void this.#lags.delete(topic);
      lag = new Readings(this.#bounds, [lagRecords, lagSeconds], { ...this.#labels, topic }, values, onDrop);
      this.#lags.set(topic, lag);
    }
    return lag;
  }
}

/** A counter of a count that somebody else keeps, and may begin anew. */
class Count {
  readonly #cell: Cell;
  #was = 0;

  constructor(cell: Cell) {
    this.#cell = cell;
  }

  is(count: number): void {
    this.#cell.value += count < this.#was ? count : count - this.#was;
    this.#was = count;
  }

  /** The next count is of another life. */
  begins(): void {
    this.#was = 0;
  }
}

/** Gauges with the same labels, on the page for as long as there is something to read. */
class Readings<Name extends string> {
  readonly #families: readonly CellGauge<Name>[];
  readonly #labels: Readonly<Record<Name, string>>;
  readonly #track: () => Tracked;
  #tracked: Tracked | undefined;
  #hold: Disposable | undefined;

  /** @param onDrop told when they were off the page for so long that nobody need remember them */
  constructor(
    bounds: SeriesLimits,
    families: readonly CellGauge<Name>[],
    labels: Readonly<Record<Name, string>>,
    values: OpenValues,
    onDrop: () => void = () => {},
  ) {
    this.#families = families;
    this.#labels = labels;
    this.#track = () => bounds.track("group", { lines: families.length, labels: values, evict: onDrop });
  }

  /** @param values one for each family; null where there is none */
  show(values: readonly (number | null)[]): void {
    if (this.#tracked?.touch() !== true) this.#tracked = this.#track();
    this.#hold ??= this.#tracked.retain();
    for (const [at, family] of this.#families.entries()) {
      const value = values[at] ?? null;
      const cell = family.cell(this.#labels);
      if (value === null) family.drop(cell);
      else cell.value = value;
    }
  }

  hide(): void {
    this.#hold?.[Symbol.dispose]();
    this.#hold = undefined;
    for (const family of this.#families) family.drop(family.cell(this.#labels));
  }
}
