import { Counter, Gauge } from "prom-client";
import type { Registry } from "prom-client";

import { openLabels } from "./options.ts";
import type { OpenLabel } from "./options.ts";

/** The sections that series are counted in. */
export type FamilyGroup = "tcp" | "kafka" | "topic" | "client" | "group" | "self";

/** The groups that have open labels, whose series can be idle. */
const openGroups: readonly FamilyGroup[] = ["topic", "client", "group"];

/** The `pagoda_metrics_*` families: what the page costs. */
export class SelfMetrics {
  readonly #overflows: Counter<"label">;
  readonly #evictions: Counter<"family_group">;

  /** @param read the lines held per group, asked for with every page. */
  constructor(registry: Registry, read: () => ReadonlyMap<FamilyGroup, number>) {
    const registers = [registry];
    const series = new Gauge({
      name: "pagoda_metrics_series",
      help: "Series now held per group.",
      labelNames: ["family_group"],
      registers,
      collect: () => {
        series.set({ family_group: "self" }, own);
        for (const [group, lines] of read()) series.set({ family_group: group }, lines);
      },
    });
    this.#overflows = new Counter({
      name: "pagoda_metrics_label_overflow_total",
      help: "Label values folded into __other__.",
      labelNames: ["label"],
      registers,
    });
    for (const label of openLabels) this.#overflows.inc({ label }, 0);
    this.#evictions = new Counter({
      name: "pagoda_metrics_evicted_series_total",
      help: "Idle series dropped after metrics.retainIdle.",
      labelNames: ["family_group"],
      registers,
    });
    for (const group of openGroups) this.#evictions.inc({ family_group: group }, 0);
    const own = openLabels.length + openGroups.length + 1;
  }

  overflowed(label: OpenLabel): void {
    this.#overflows.inc({ label });
  }

  evicted(group: FamilyGroup, lines: number): void {
    this.#evictions.inc({ family_group: group }, lines);
  }
}
