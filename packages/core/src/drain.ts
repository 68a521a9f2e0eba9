import { BehaviorSubject } from "rxjs";
import type { Observable } from "rxjs";

import { milliseconds } from "./options.ts";

/**
 * Where a process stands on its way out.
 *
 * - `serving`: nothing asked it to stop.
 * - `draining`: takes nothing new, finishes what it has.
 * - `drained`: everything retained was released.
 * - `forced`: the deadline passed first, and what was left was told to end.
 */
export type DrainState = "serving" | "draining" | "drained" | "forced";

export interface DrainOptions {
  /** Milliseconds from the start of the drain until what is left is told to end. Must be > 0. */
  readonly deadlineMs: number;
}

/**
 * The orderly end of a process, or of one listener: whoever holds work retains the drain, whoever
 * accepts work watches it.
 */
export class Drain {
  readonly #state = new BehaviorSubject<DrainState>("serving");
  readonly #onStart = new Set<() => void>();
  readonly #onForce = new Set<() => void>();
  #retained = 0;
  // The listeners of the start were told, and had their chance to retain.
  #announced = false;
  #ending: Promise<DrainState> | undefined;
  #finish: ((state: DrainState) => void) | undefined;

  /** The current state, then every change; completes at `drained` or `forced`. */
  get states(): Observable<DrainState> {
    return this.#state.asObservable();
  }

  get state(): DrainState {
    return this.#state.value;
  }

  /** True from the start of the drain on. */
  get draining(): boolean {
    return this.#ending !== undefined;
  }

  /** How many holders the drain is waiting for. */
  get retained(): number {
    return this.#retained;
  }

  /** Keeps the drain from ending until the function returned is called. */
  retain(): () => void {
    this.#retained += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#retained -= 1;
      this.#finishIfReleased();
    };
  }

  /**
   * Calls `listener` when the drain starts, at once when it has. The listener must not throw.
   * Returns how to stop listening.
   */
  onStart(listener: () => void): () => void {
    return listen(this.#onStart, this.draining, listener);
  }

  /**
   * Calls `listener` when the deadline passes, at once when it has: end now, whatever is lost. The
   * listener must not throw.
   */
  onForce(listener: () => void): () => void {
    return listen(this.#onForce, this.state === "forced", listener);
  }

  /**
   * Starts the drain; a second call joins the first. Answers `drained`, or `forced` when the
   * deadline passed with something still retained.
   */
  start({ deadlineMs }: DrainOptions): Promise<DrainState> {
    this.#ending ??= this.#drain(milliseconds("deadlineMs", deadlineMs));
    return this.#ending;
  }

  /** Ends the wait at once, as if the deadline had passed. Does nothing before `start`. */
  force(): void {
    this.#finish?.("forced");
  }

  #drain(deadlineMs: number): Promise<DrainState> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#finish?.("forced"), deadlineMs);
      this.#finish = (state) => {
        this.#finish = undefined;
        clearTimeout(timer);
        this.#state.next(state);
        if (state === "forced") notify(this.#onForce);
        this.#state.complete();
        resolve(state);
      };
      this.#state.next("draining");
      // A microtask later, so that `draining` is true for the listeners, and those that retain what
      // they are about to finish do so before the count is read.
      queueMicrotask(() => {
        notify(this.#onStart);
        this.#announced = true;
        this.#finishIfReleased();
      });
    });
  }

  #finishIfReleased(): void {
    if (this.#announced && this.#retained === 0) this.#finish?.("drained");
  }
}

function listen(listeners: Set<() => void>, happened: boolean, listener: () => void): () => void {
  if (happened) {
    listener();
    return () => {};
  }
  const entry = (): void => listener();
  listeners.add(entry);
  return () => listeners.delete(entry);
}

function notify(listeners: Set<() => void>): void {
  const all = [...listeners];
  listeners.clear();
  for (const listener of all) listener();
}
