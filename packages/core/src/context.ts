import { Cancellation } from "./cancellation.ts";
import { CancelledError } from "./error.ts";

/** Names a typed value that travels with a {@link Context}. Made once, kept in a constant. */
export interface ContextKey<T> {
  readonly name: string;
  /** What a context without the value answers. */
  readonly fallback: T;
}

/** Makes a key for {@link Context.with}. Two keys of one name are two keys. */
export function contextKey<T>(name: string, fallback: T): ContextKey<T> {
  return { name, fallback };
}

/** What {@link Context.fork} changes for the child. */
export interface ForkOptions {
  /**
   * When the work should be over, on the clock of `performance.now()`. The parent's deadline wins
   * when it is sooner. It informs; the `timeout` layer is what enforces it.
   * @default the parent's
   */
  readonly deadlineMs?: number;
}

/**
 * What travels with one request: cancellation, a deadline, typed values. Explicit, because
 * `AsyncLocalStorage` costs more than the whole of it (bench/onion.bench.ts).
 *
 * Cancellation runs from parent to child, never back. A layer passes its context on, or forks it
 * and calls `release()` when the work is over.
 */
export class Context {
  readonly #cancellation: Cancellation;
  readonly #values: ValueList | undefined;
  /** See {@link ForkOptions.deadlineMs}; `Infinity` when there is none. */
  readonly deadlineMs: number;

  private constructor(cancellation: Cancellation, values: ValueList | undefined, deadlineMs: number) {
    this.#cancellation = cancellation;
    this.#values = values;
    this.deadlineMs = deadlineMs;
  }

  /** A root that nothing cancels, without deadline and values. Fork it to get one that ends. */
  static background(): Context {
    return Context.#background;
  }

  static readonly #background = new Context(Cancellation.never, undefined, Infinity);

  /** A child that can be cancelled by itself. Call `release()` when its work is over. */
  fork(options?: ForkOptions): Context {
    const deadlineMs = Math.min(this.deadlineMs, options?.deadlineMs ?? Infinity);
    return new Context(new Cancellation(this.#cancellation), this.#values, deadlineMs);
  }

  /** The same context with one more value. It is cancelled with this one, not by itself. */
  with<T>(key: ContextKey<T>, value: T): Context {
    return new Context(this.#cancellation, { key, value, next: this.#values }, this.deadlineMs);
  }

  /** The value set last for `key`, else the key's fallback. */
  get<T>(key: ContextKey<T>): T {
    for (let at = this.#values; at !== undefined; at = at.next) {
      if (at.key === key) return at.value as T;
    }
    return key.fallback;
  }

  /** Milliseconds until the deadline, 0 when it has passed, `Infinity` without one. */
  remainingMs(): number {
    if (this.deadlineMs === Infinity) return Infinity;
    return Math.max(0, this.deadlineMs - performance.now());
  }

  get cancelled(): boolean {
    return this.#cancellation.reason !== undefined;
  }

  /** Why it was cancelled, `undefined` while it is not. */
  get reason(): Error | undefined {
    return this.#cancellation.reason;
  }

  /** Cancels this context and its children. The first reason stays. */
  cancel(reason: Error = new CancelledError()): void {
    if (this.#cancellation === Cancellation.never) {
      throw new TypeError("the background context cannot be cancelled: fork it");
    }
    this.#cancellation.cancel(reason);
  }

  /**
   * Calls `listener` once when the context is cancelled, at once when it already is. The listener
   * must not throw. Returns how to stop listening.
   */
  onCancel(listener: (reason: Error) => void): () => void {
    if (this.#cancellation === Cancellation.never) return () => {};
    return this.#cancellation.listen(listener);
  }

  /** Settles as `work` does, or rejects with the reason when the context is cancelled first. */
  async race<T>(work: PromiseLike<T>): Promise<T> {
    if (this.#cancellation === Cancellation.never) return work;
    let stop: (() => void) | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        stop = this.onCancel(reject);
        work.then(resolve, reject);
      });
    } finally {
      stop?.();
    }
  }

  /** @throws the reason, when the context is cancelled. */
  throwIfCancelled(): void {
    if (this.#cancellation.reason !== undefined) throw this.#cancellation.reason;
  }

  /** For interfaces that want a signal. Made on first use, the same one ever after. */
  get signal(): AbortSignal {
    return this.#cancellation.signal();
  }

  /**
   * How many listeners and unreleased forks hang on this context: what a leak test counts. Always
   * 0 for the background context, which keeps none.
   */
  get attached(): number {
    return this.#cancellation.attached;
  }

  /**
   * Detaches a fork from its parent: the parent's cancellation no longer reaches it. Whoever
   * forked calls it when the work is over, or the parent keeps the fork for as long as it lives.
   */
  release(): void {
    this.#cancellation.detach();
  }
}

interface ValueList {
  readonly key: ContextKey<never> | object;
  readonly value: unknown;
  readonly next: ValueList | undefined;
}
