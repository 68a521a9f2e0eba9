import type { Scope } from "@pagoda/core";

import type { KafkaRequest } from "./request.ts";

/**
 * Keeps the requests of one client's connection in order on their way to its upstream, where Kafka
 * promises it: a producer's batches carry sequence numbers.
 *
 * Where a layer waits with a request (it gathers it, asks somebody first, or holds it back), the next
 * one is not taken before that one was handed to `kafkaClient`, or answered. None waits within the
 * stack for its turn: it might have taken the slot there that the one before it needs.
 *
 * A stack without a `kafkaClient` has no such order to keep, and nothing is held.
 */
export class RequestOrder {
  static readonly #ofScopes = new WeakMap<Scope, RequestOrder>();

  /** The order of the client's connection that a scope, or one it was forked from, belongs to. */
  static of(scope: Scope): RequestOrder | undefined {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
      const order = RequestOrder.#ofScopes.get(at);
      if (order !== undefined) return order;
    }
    return undefined;
  }

  readonly #onGoOn: () => void;
  #kept = false;
  /** The request on its way down, and whether somebody waits for it to arrive. */
  #under: KafkaRequest | undefined;
  #holds = false;

  /** @param onGoOn called in a turn of its own when the next request may be taken, after `mayTake` was false. */
  constructor(scope: Scope, onGoOn: () => void) {
    this.#onGoOn = onGoOn;
    RequestOrder.#ofScopes.set(scope, this);
  }

  /** Says that requests will be handed on, and `sent` called for each. */
  keep(): void {
    this.#kept = true;
  }

  /** May the next request be taken? */
  get mayTake(): boolean {
    if (this.#under === undefined) return true;
    this.#holds = true;
    return false;
  }

  /** A request goes down the stack. */
  taken(request: KafkaRequest): void {
    if (this.#kept) this.#under = request;
  }

  /** A request, as the layers have made it by now, was handed on; a layer's own has no place in the order. */
  sent(request: KafkaRequest): void {
    if (!request.own && request.correlationId === this.#under?.correlationId) this.#arrived();
  }

  /** The request has its answer, or failed, whether it was handed on or not. */
  settled(request: KafkaRequest): void {
    if (request === this.#under) this.#arrived();
  }

  #arrived(): void {
    this.#under = undefined;
    if (!this.#holds) return;
    this.#holds = false;
    // Not within the call: the layers above have not seen it return yet.
    queueMicrotask(this.#onGoOn);
  }
}
