import type { Context } from "@pagoda/core";

/**
 * Requests of one context that wait together. The context is listened to once for all of them: a
 * client's pipelined requests have the same one, and a listener for each costs more than the rest of
 * what is done for it here.
 */
export class CancelGroup {
  readonly cx: Context;
  /** How many wait. */
  size = 0;
  readonly #stop: () => void;

  /** @param onCancel told the reason when the context is cancelled before all have left. */
  constructor(cx: Context, onCancel: (reason: Error) => void) {
    this.cx = cx;
    this.#stop = cx.onCancel(onCancel);
  }

  /** One of them waits no more. */
  leave(): void {
    this.size -= 1;
    if (this.size === 0) this.#stop();
  }
}
