import type { Exchange } from "./exchange.ts";
import type { ExchangeWatcher, Outcome } from "./exchange-watcher.ts";

/** Tells a watcher how exchanges ended: those with an answer in pieces when it has passed. */
export class PassingAnswers {
  readonly #watcher: Required<ExchangeWatcher>;
  readonly #passing = new Map<Exchange, Outcome | undefined>();

  constructor(watcher: Required<ExchangeWatcher>) {
    this.#watcher = watcher;
  }

  /** Its answer comes in pieces. */
  begin(exchange: Exchange): void {
    this.#passing.set(exchange, undefined);
  }

  answered(exchange: Exchange, outcome: Outcome): void {
    if (this.#passing.size > 0 && this.#passing.has(exchange)) this.#passing.set(exchange, outcome);
    else this.#watcher.ended(exchange, outcome);
  }

  /** All of the answer has passed, or as much as can be read. */
  passed(exchange: Exchange, known: Pick<Outcome, "classification" | "throttleMs">): void {
    const outcome = this.#passing.get(exchange);
    this.#passing.delete(exchange);
    // Without one it has passed within the call that begins it: `answered` follows.
    if (outcome !== undefined) this.#watcher.ended(exchange, { ...outcome, ...known });
  }

  /** What is still passing breaks off. */
  closed(): void {
    for (const [exchange, outcome] of this.#passing) {
      if (outcome !== undefined) this.#watcher.ended(exchange, { ...outcome, classification: "aborted" });
    }
    this.#passing.clear();
    this.#watcher.closed();
  }
}
