import { Counter } from "prom-client";
import type { Registry } from "prom-client";

/** The `pagoda_address_leaks` family. */
export class AddressMetrics {
  readonly #leaks: Counter<"api" | "form">;

  constructor(registry: Registry) {
    this.#leaks = new Counter({
      name: "pagoda_address_leaks_total",
      help: "Upstream broker addresses seen in responses to clients (form address|text).",
      labelNames: ["api", "form"],
      registers: [registry],
    });
  }

  /**
   * An address of the cluster went to a client.
   * @param api Kafka's name of it, or `unknown`: a closed set.
   * @param form an `address` that clients connect to, or a `text` that somebody reads.
   */
  leaked(api: string, form: "address" | "text"): void {
    this.#leaks.inc({ api, form });
  }
}
