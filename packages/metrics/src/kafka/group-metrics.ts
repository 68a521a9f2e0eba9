import type { Registry } from "prom-client";

import type { SeriesLimits } from "../cardinality/series-limits.ts";
import { CellCounter, CellGauge } from "./cells.ts";
import { GroupTally } from "./group-tally.ts";

/** What is known of one group, when the page is asked for. */
export interface GroupFigures {
  readonly listener: string;
  /** As `SeriesLimits.group` has resolved it; topics likewise. */
  readonly group: string;
  readonly members: number;
  /** Counts since the group was seen first. One that falls began anew, and goes on from what it was. */
  readonly commits: number;
  readonly failedCommits: number;
  readonly rebalances: Readonly<Record<GroupRebalance, number>>;
  /** Topics whose lag is known. A group whose fetches cannot be told from another's has none. */
  readonly topics: readonly GroupLag[];
}

export type GroupRebalance = "join" | "leave" | "session_timeout" | "error";

export interface GroupLag {
  readonly topic: string;
  readonly records: number;
  /** Null where no clock can tell: it has no series then. */
  readonly seconds: number | null;
}

export interface GroupMetricsOptions {
  /** What bounds the series. With the minimal profile there are none. */
  readonly series: SeriesLimits;
  /** Asked once for each page. A group that is not in it any more is gone. */
  readonly figures: () => readonly GroupFigures[];
}

/**
 * The families of groups. Their values are looked up when the page is asked for: nothing is counted
 * on the way of a request. Gauges are on the page for as long as their group is; counters stay until
 * they were idle for as long as those of topics and clients.
 *
 * Lag is a reading of the whole: where several processes serve, it belongs to the one that has what all
 * of them have seen.
 */
export class GroupMetrics {
  readonly #families: GroupFamilies;
  readonly #series: SeriesLimits;
  readonly #figures: () => readonly GroupFigures[];
  readonly #tallies = new Map<string, GroupTally>();
  #read = false;

  /** Puts the families on a page. @throws Error, from prom-client, when the registry already has one of them. */
  static register(registry: Registry, options: GroupMetricsOptions): GroupMetrics {
    return new GroupMetrics(registry, options);
  }

  private constructor(registry: Registry, { series, figures }: GroupMetricsOptions) {
    this.#families = new GroupFamilies(registry, () => this.#readOnce());
    this.#series = series;
    this.#figures = figures;
  }

  /** All families of a page are printed in one turn: the first one asks for all. */
  #readOnce(): void {
    if (this.#read) return;
    this.#read = true;
    queueMicrotask(() => {
      this.#read = false;
    });
    const gone = new Set(this.#tallies.values());
    for (const figures of this.#figures()) {
      const tally = this.#tallyOf(figures);
      if (tally === undefined) continue;
      tally.show(figures);
      gone.delete(tally);
    }
    for (const tally of gone) tally.hide();
  }

  #tallyOf({ listener, group }: GroupFigures): GroupTally | undefined {
    const key = JSON.stringify([listener, group]);
    let tally = this.#tallies.get(key);
    if (tally === undefined && this.#series.openLabels) {
      const onDrop = (): void => void this.#tallies.delete(key);
      tally = new GroupTally({ families: this.#families, bounds: this.#series, listener, onDrop }, group);
      this.#tallies.set(key, tally);
    }
    return tally;
  }
}

/** The families of groups, which are read when they are printed. */
export class GroupFamilies {
  readonly lagRecords: CellGauge<"listener" | "group" | "topic">;
  readonly lagSeconds: CellGauge<"listener" | "group" | "topic">;
  readonly commits: CellCounter<"listener" | "group" | "outcome">;
  readonly members: CellGauge<"listener" | "group">;
  readonly rebalances: CellCounter<"listener" | "group" | "trigger">;

  constructor(registry: Registry, collect: () => void) {
    const perTopic = ["listener", "group", "topic"] as const;
    this.lagRecords = new CellGauge(registry, {
      collect,
      name: "pagoda_group_lag_records",
      help: "High watermark seen in Fetch minus last committed offset, summed over partitions seen.",
      labelNames: perTopic,
    });
    this.lagSeconds = new CellGauge(registry, {
      collect,
      name: "pagoda_group_lag_seconds",
      help: "Age of the record at the committed position (from batch timestamps), worst partition.",
      labelNames: perTopic,
    });
    this.commits = new CellCounter(registry, {
      collect,
      name: "pagoda_group_commits_total",
      help: "Offset commits.",
      labelNames: ["listener", "group", "outcome"],
    });
    this.members = new CellGauge(registry, {
      collect,
      name: "pagoda_group_members",
      help: "Members seen through this proxy.",
      labelNames: ["listener", "group"],
    });
    this.rebalances = new CellCounter(registry, {
      collect,
      name: "pagoda_group_rebalances_total",
      help: "Rebalances (join|leave|session_timeout|error).",
      labelNames: ["listener", "group", "trigger"],
    });
  }
}
