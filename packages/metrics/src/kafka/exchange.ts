import type { KafkaRequest } from "@pagoda/kafka";

import type { ApiTally, NodeTally } from "./api-tally.ts";
import type { PartitionFacts } from "./partitions.ts";

/** A request of a client under way, and when it came by. Milliseconds of `performance.now()`; 0 is not yet. */
export interface Exchange {
  readonly request: KafkaRequest;
  readonly api: ApiTally;
  readonly node: NodeTally;
  readonly startedMs: number;
  /** It went to the broker. */
  sentMs: number;
  /** The broker's answer came. */
  receivedMs: number;
  /** The layer that answered it without the broker, where one says so. */
  answeredBy: string | undefined;
  /** What a Produce request that is handed on as it arrives has had in it so far. */
  readonly produced: readonly Produced[] | undefined;
}

export interface Produced extends PartitionFacts {
  readonly acks: number;
}

/**
 * Requests under way on one connection, for the tiers inside to find the one that they see. A tier that
 * is reached in the same turn finds it at once. One behind a layer that waits goes by the correlation
 * id, which a request keeps whatever layers make of it; of two with the same id it finds the later one.
 */
export class UnderWay<T extends { readonly request: KafkaRequest; readonly sentMs: number }> {
  #current: T | undefined;
  readonly #waiting = new Map<number, T>();

  /** It is handed to the tiers inside. */
  enter(one: T): void {
    this.#current = one;
  }

  /** The tiers inside have returned a promise. */
  leave(one: T): void {
    this.#current = undefined;
    if (one.sentMs === 0) this.#waiting.set(one.request.correlationId, one);
  }

  /** Undefined for a request of a layer's own. */
  find({ own, correlationId }: KafkaRequest): T | undefined {
    if (own) return undefined;
    if (this.#current?.request.correlationId === correlationId) return this.#current;
    return this.#waiting.get(correlationId);
  }

  settled(one: T): void {
    const { correlationId } = one.request;
    if (this.#waiting.get(correlationId) === one) this.#waiting.delete(correlationId);
  }
}
