import type { Context } from "../context.ts";
import { LinkedList } from "./linked-list.ts";

/** How long a waiter stays, and what it is told afterwards. */
export interface WaitLimit {
  /** Milliseconds in the queue. */
  readonly timeoutMs: number;
  readonly onTimeout: () => Error;
}

/**
 * Calls that wait for their turn, first come first served. One that is cancelled or waits for too
 * long leaves at once. How many may wait is for the owner to bound, by `size`.
 */
export class WaitQueue {
  readonly #waiters = new LinkedList<Waiter>();

  get size(): number {
    return this.#waiters.size;
  }

  /**
   * Settles as `start` does, which {@link release} calls before it returns: a call that comes
   * after the release cannot overtake one that waited. `start` must not throw.
   */
  hold<T>(cx: Context, start: () => PromiseLike<T> | T, limit?: WaitLimit): Promise<T> {
    if (cx.reason !== undefined) return Promise.reject(cx.reason);
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        leave();
        reject(error);
      };
      const remove = this.#waiters.push({
        go: () => {
          leave();
          resolve(start());
        },
        fail,
      });
      const timer = limit && setTimeout(() => fail(limit.onTimeout()), limit.timeoutMs);
      const stop = cx.onCancel(fail);
      const leave = (): void => {
        clearTimeout(timer);
        stop();
        remove();
      };
    });
  }

  /** Lets the one go that has waited longest. False when nobody waits. */
  release(): boolean {
    const waiter = this.#waiters.shift();
    waiter?.go();
    return waiter !== undefined;
  }

  /** Sends everybody away. */
  fail(error: unknown): void {
    for (let waiter = this.#waiters.shift(); waiter !== undefined; waiter = this.#waiters.shift()) {
      waiter.fail(error);
    }
  }
}

interface Waiter {
  readonly go: () => void;
  readonly fail: (error: unknown) => void;
}
