import type { Context } from "@pagoda/core";

import { Fifo } from "./frame/fifo.ts";
import type { KafkaAnswer, KafkaRequest } from "./request.ts";
import { responseFlow } from "./response-flow.ts";
import type { ResponseFlow } from "./response-flow.ts";

/** A request that waits for its answer. A cancelled one waits on: its answer comes all the same. */
export interface Pending {
  readonly request: KafkaRequest;
  readonly correlationId: number;
  readonly flow: ResponseFlow | undefined;
  readonly resolve: (answer: KafkaAnswer) => void;
  readonly reject: (error: Error) => void;
  /** Who else is cancelled with it. */
  readonly group: CancelGroup;
}

/** The requests of one connection that wait for an answer, in order. */
export class PendingRequests {
  readonly #waiting = new Fifo<Pending>();
  /** Of the request that came last. */
  #group: CancelGroup | undefined;
  // Counts down from where no client that counts up comes soon.
  #lastOwnId = -1;

  get size(): number {
    return this.#waiting.size;
  }

  get first(): Pending | undefined {
    return this.#waiting.first;
  }

  /** Settles as the request does: with its answer, or when `cx` is cancelled. */
  add(request: KafkaRequest, correlationId: number, cx: Context): Promise<KafkaAnswer> {
    const group = this.#groupOf(cx);
    const flow = cx.get(responseFlow);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, correlationId, flow, resolve, reject, group });
    });
  }

  /** Takes the first one out, to be settled. */
  shift(): Pending | undefined {
    const pending = this.#waiting.shift();
    pending?.group.leave();
    return pending;
  }

  /** Takes all of them out. */
  drain(): Pending[] {
    const all = this.#waiting.drain();
    for (const { group } of all) group.leave();
    return all;
  }

  /** A correlation id that none of them has. */
  freeId(): number {
    do {
      this.#lastOwnId = this.#lastOwnId <= -0x7fff_ffff ? -2 : this.#lastOwnId - 1;
    } while (this.#waiting.some(({ correlationId }) => correlationId === this.#lastOwnId));
    return this.#lastOwnId;
  }

  #groupOf(cx: Context): CancelGroup {
    if (this.#group?.cx !== cx || this.#group.size === 0) {
      const group = new CancelGroup(cx, (reason) => {
        for (const pending of this.#waiting) if (pending.group === group) pending.reject(reason);
      });
      this.#group = group;
    }
    this.#group.size += 1;
    return this.#group;
  }
}

/**
 * Requests of one context that wait together. The context is listened to once for all of them: a
 * client's pipelined requests have the same one, and a listener for each is dear.
 */
class CancelGroup {
  readonly cx: Context;
  /** How many wait. */
  size = 0;
  readonly #stop: () => void;

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
