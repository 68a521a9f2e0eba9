import type { Context } from "@pagoda/core";

/**
 * Keeps the order of calls where some have to wait for something first: what comes behind such a one
 * waits as well. Where nobody waits, nothing does, and a call costs no promise.
 *
 * As many wait as there are calls under way, which the server of the connection bounds.
 */
export class Turns {
  #last: Promise<void> | undefined;

  /** True while somebody waits: then the next has to. */
  get waiting(): boolean {
    return this.#last !== undefined;
  }

  /**
   * Calls `go` with what `ready` resolves to, when that and all before it have had their turn. Given up
   * while it waits, it rejects at once, and `go` is not called.
   */
  take<T, R>(ready: Promise<T>, cx: Context, go: (value: T) => Promise<R>): Promise<R> {
    const turn = this.#last === undefined ? ready : this.#last.then(() => ready);
    // It may fail while those before it still wait; whoever asked is told when it is its turn.
    ready.catch(() => {});
    const answer = turn.then((value) => {
      cx.throwIfCancelled();
      return go(value);
    });
    // Behind the `go` above, as it hangs on the same promise.
    const over = turn.then(ignored, ignored);
    this.#last = over;
    void over.then(() => {
      if (this.#last === over) this.#last = undefined;
    });
    return cx.race(answer);
  }
}

function ignored(): void {}
