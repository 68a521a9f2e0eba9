import { Counter } from "prom-client";
import type { Registry } from "prom-client";

import type { SeriesLimits } from "./cardinality/series-limits.ts";

const outcomes = ["ok", "skipped", "failed"] as const;
export type TransformOutcome = (typeof outcomes)[number];

/** The family of layers that change records. */
export class TransformMetrics {
  readonly #records: Counter<"layer" | "topic" | "outcome">;
  readonly #series: SeriesLimits;

  constructor(registry: Registry, series: SeriesLimits) {
    this.#series = series;
    this.#records = new Counter({
      name: "pagoda_records_transformed_total",
      help: `Records changed by a layer (${outcomes.join("|")}).`,
      labelNames: ["layer", "topic", "outcome"],
      registers: [registry],
    });
  }

  /**
   * Counts records that a layer was to change.
   * @param layer from configuration
   * @param topic undefined where only its id is known
   */
  transformed(layer: string, topic: string | undefined, outcome: TransformOutcome, records: number): void {
    const named = this.#series.openLabels
      ? this.#series.topic.resolve(topic ?? "__unknown_id__")
      : "__other__";
    this.#records.inc({ layer, topic: named, outcome }, records);
  }
}
