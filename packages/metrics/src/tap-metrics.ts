import { Counter, Gauge } from "prom-client";
import type { Registry } from "prom-client";

const outcomes = ["sent", "sampled_out", "dropped"] as const;

/** The families of taps. */
export class TapMetrics {
  readonly #sessions: Gauge;
  readonly #events: Counter<"outcome">;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#sessions = new Gauge({ name: "pagoda_tap_sessions", help: "Open tap sessions.", registers });
    this.#events = new Counter({
      name: "pagoda_tap_events_total",
      help: `Tap events (${outcomes.join("|")}).`,
      labelNames: ["outcome"],
      registers,
    });
    for (const outcome of outcomes) this.#events.inc({ outcome }, 0);
  }

  /** A session was opened (1) or closed (-1). */
  sessions(change: 1 | -1): void {
    this.#sessions.inc(change);
  }

  /** An event was handed to whoever opened the session, who may yet drop it. */
  sent(): void {
    this.#events.inc({ outcome: "sent" });
  }

  /** An event was left out: there were more than the session's rate allows. */
  sampledOut(): void {
    this.#events.inc({ outcome: "sampled_out" });
  }

  /** An event that was sent was dropped: whoever reads is too slow. */
  dropped(): void {
    this.#events.inc({ outcome: "dropped" });
  }
}
