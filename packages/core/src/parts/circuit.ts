import { ProxyError } from "../error.ts";
import type { FailurePolicy } from "./failure-policy.ts";
import type { Outcome } from "./outcome.ts";

/**
 * Where a circuit stands.
 *
 * - `closed`: calls go through.
 * - `open`: calls are refused.
 * - `half-open`: some calls go through, as a trial.
 */
export type CircuitState = "closed" | "open" | "half-open";

/** What a {@link Circuit} is built from. */
export interface CircuitOptions {
  readonly policy: FailurePolicy;
  readonly openForMs: number;
  readonly halfOpenCalls: number;
  readonly onChange: (state: CircuitState) => void;
}

/** Refused: the inner service failed too often, and is left alone for a while. */
export class CircuitOpenError extends ProxyError {
  readonly code = "CIRCUIT_OPEN";
  readonly retriable = true;
  readonly kind = "unavailable";
  /** Whole milliseconds until the next trial; 0 while a trial is under way. */
  readonly retryAfterMs: number;
  constructor(retryAfterMs: number) {
    super(
      retryAfterMs > 0
        ? `the circuit is open for another ${retryAfterMs} ms`
        : "the circuit is on trial, and enough calls are under way",
    );
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * The state machine of a circuit breaker. There is no timer: an open circuit turns half-open with
 * the first call after its time.
 */
export class Circuit {
  readonly #options: CircuitOptions;
  #state: CircuitState = "closed";
  // One more at each change of state: a call that began before it no longer counts.
  #epoch = 0;
  #openUntilMs = 0;
  #trials = 0;
  #trialsPassed = 0;

  constructor(options: CircuitOptions) {
    this.#options = options;
  }

  /** Would a call be refused now? */
  get refuses(): boolean {
    if (this.#state === "open") return performance.now() < this.#openUntilMs;
    return this.#state === "half-open" && this.#trials + this.#trialsPassed >= this.#options.halfOpenCalls;
  }

  /**
   * Lets a call in. Its ticket goes to {@link leave} when it has ended.
   * @throws {CircuitOpenError}
   */
  enter(): number {
    if (this.#state === "closed") return this.#epoch;
    if (this.refuses) {
      const ms = this.#state === "open" ? this.#openUntilMs - performance.now() : 0;
      throw new CircuitOpenError(Math.ceil(ms));
    }
    if (this.#state === "open") this.#become("half-open");
    this.#trials += 1;
    return this.#epoch;
  }

  leave(ticket: number, outcome: Outcome): void {
    if (ticket !== this.#epoch) return;
    if (this.#state === "half-open") this.#judge(outcome);
    else if (outcome === "succeeded") this.#options.policy.succeeded();
    else if (outcome === "failed" && this.#options.policy.failed()) this.#open();
  }

  #judge(outcome: Outcome): void {
    this.#trials -= 1;
    if (outcome === "failed") this.#open();
    if (outcome !== "succeeded") return;
    this.#trialsPassed += 1;
    if (this.#trialsPassed < this.#options.halfOpenCalls) return;
    this.#options.policy.reset();
    this.#become("closed");
  }

  #open(): void {
    this.#openUntilMs = performance.now() + this.#options.openForMs;
    this.#become("open");
  }

  #become(state: CircuitState): void {
    this.#state = state;
    this.#epoch += 1;
    this.#trials = 0;
    this.#trialsPassed = 0;
    this.#options.onChange(state);
  }
}
