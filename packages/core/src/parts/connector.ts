import { Context } from "../context.ts";
import type { Backoff } from "./backoff.ts";
import { TimeoutError } from "../layers/timeout.ts";

/** What a {@link Connector} does, and whom it tells. */
export interface ConnectorOptions<T> {
  /** Settles soon after its context is cancelled. */
  readonly connect: (cx: Context) => T | PromiseLike<T>;
  readonly timeoutMs: number;
  readonly pause: Backoff;
  readonly onMade: (made: T) => void;
  readonly onFailed: (error: unknown) => void;
  /** Told what came after its attempt had been given up. */
  readonly onLate: (made: T) => void;
}

/**
 * Attempts to connect, one at a time: each in the time allowed, with a pause after a failure that
 * grows with the failures in a row.
 */
export class Connector<T> {
  readonly #options: ConnectorOptions<T>;
  // The attempt that counts, by its context. One that was given up is not it any more.
  #current: Context | undefined;
  readonly #attempts = new Set<Promise<void>>();
  #failures = 0;
  #lastFailure: unknown;
  #notBeforeMs = 0;

  constructor(options: ConnectorOptions<T>) {
    this.#options = options;
  }

  /** Is an attempt under way? */
  get connecting(): boolean {
    return this.#current !== undefined;
  }

  /** Milliseconds that are left of the pause, 0 outside of one. */
  get pauseMs(): number {
    return Math.max(0, this.#notBeforeMs - performance.now());
  }

  /** Why there is a pause. */
  get lastFailure(): unknown {
    return this.#lastFailure;
  }

  /** Begins an attempt, which may fail before this returns. Its owner sees to it that none is under way, and that there is no pause. */
  begin(): void {
    const cx = Context.background().fork();
    this.#current = cx;
    const attempt = this.#attempt(cx).finally(() => this.#attempts.delete(attempt));
    this.#attempts.add(attempt);
  }

  /** What had been made was good for long enough: the next failure is the first one in a row. */
  succeeded(): void {
    this.#failures = 0;
  }

  /** Counts a failure and begins the pause, also for what was made and soon broke. */
  failed(error: unknown): void {
    this.#failures += 1;
    this.#lastFailure = error;
    this.#notBeforeMs = performance.now() + this.#options.pause.delayMs(this.#failures);
  }

  /** Gives up the attempt under way. Resolves when it has ended, and those given up before. */
  async close(reason: Error): Promise<void> {
    const cx = this.#current;
    this.#current = undefined;
    cx?.cancel(reason);
    await Promise.all(this.#attempts);
  }

  async #attempt(cx: Context): Promise<void> {
    const { connect, timeoutMs, onMade, onLate } = this.#options;
    const timer = setTimeout(() => {
      const late = new TimeoutError(timeoutMs);
      this.#fail(cx, late);
      cx.cancel(late);
    }, timeoutMs);
    try {
      const made = await connect(cx);
      if (this.#current !== cx) return onLate(made);
      this.#current = undefined;
      onMade(made);
    } catch (error) {
      this.#fail(cx, error);
    } finally {
      clearTimeout(timer);
    }
  }

  #fail(cx: Context, error: unknown): void {
    if (this.#current !== cx) return;
    this.#current = undefined;
    this.failed(error);
    this.#options.onFailed(error);
  }
}
