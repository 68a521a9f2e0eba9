import { Counter } from "prom-client";
import type { Registry } from "prom-client";

/** How a configuration reload ended. */
export type ReloadOutcome = "success" | "rejected" | "partial";

const outcomes: readonly ReloadOutcome[] = ["success", "rejected", "partial"];

/** `pagoda_config_reloads_total`, with every outcome from the start. */
export class ReloadCounter {
  readonly #reloads: Counter<"outcome">;

  constructor(registry: Registry) {
    this.#reloads = new Counter({
      name: "pagoda_config_reloads_total",
      help: `Configuration reload attempts (${outcomes.join("|")}).`,
      labelNames: ["outcome"],
      registers: [registry],
    });
    for (const outcome of outcomes) this.#reloads.inc({ outcome }, 0);
  }

  ended(outcome: ReloadOutcome): void {
    this.#reloads.inc({ outcome });
  }
}
