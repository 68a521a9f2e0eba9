import { ProtocolError } from "@pagoda/kafka/protocol";

import type { ExchangeWatcher, Outcome, WatchedExchange } from "./exchange-watcher.ts";
import type { PartitionFacts } from "./partitions.ts";

/**
 * Tells a watcher, and survives it. One that throws is told nothing more, but that its connection is
 * gone; the first of a process is a warning with the code PAGODA_WATCHER. A message that the watcher
 * could not read is no defect of its own, and changes nothing.
 */
export class GuardedWatcher implements Required<ExchangeWatcher> {
  readonly #watcher: ExchangeWatcher;
  #out = false;

  constructor(watcher: ExchangeWatcher) {
    this.#watcher = watcher;
  }

  began(exchange: WatchedExchange): void {
    if (this.#out) return;
    try {
      this.#watcher.began?.(exchange);
    } catch (error) {
      this.#failed(error);
    }
  }

  produced(exchange: WatchedExchange, partition: PartitionFacts, acks: number): void {
    if (this.#out) return;
    try {
      this.#watcher.produced?.(exchange, partition, acks);
    } catch (error) {
      this.#failed(error);
    }
  }

  acknowledged(exchange: WatchedExchange, partition: PartitionFacts): void {
    if (this.#out) return;
    try {
      this.#watcher.acknowledged?.(exchange, partition);
    } catch (error) {
      this.#failed(error);
    }
  }

  fetched(exchange: WatchedExchange, partition: PartitionFacts): void {
    if (this.#out) return;
    try {
      this.#watcher.fetched?.(exchange, partition);
    } catch (error) {
      this.#failed(error);
    }
  }

  error(exchange: WatchedExchange, code: number): void {
    if (this.#out) return;
    try {
      this.#watcher.error?.(exchange, code);
    } catch (error) {
      this.#failed(error);
    }
  }

  ended(exchange: WatchedExchange, outcome: Outcome): void {
    if (this.#out) return;
    try {
      this.#watcher.ended?.(exchange, outcome);
    } catch (error) {
      this.#failed(error);
    }
  }

  closed(): void {
    try {
      this.#watcher.closed?.();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (error instanceof ProtocolError) return;
    this.#out = true;
    if (warned) return;
    warned = true;
    const detail = error instanceof Error && error.stack !== undefined ? { detail: error.stack } : {};
    process.emitWarning(`a watcher failed and is left out; others may be, unreported: ${String(error)}`, {
      type: "PagodaWarning",
      code: "PAGODA_WATCHER",
      ...detail,
    });
  }
}

let warned = false;
