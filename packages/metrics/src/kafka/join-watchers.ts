import type { ExchangeWatcher, Outcome, WatchedExchange } from "./exchange-watcher.ts";
import { GuardedWatcher } from "./guarded-watcher.ts";
import type { PartitionFacts } from "./partitions.ts";

/** Several watchers as one. One that throws is left out, the others go on. */
export function joinWatchers(...watchers: readonly ExchangeWatcher[]): ExchangeWatcher {
  return new JoinedWatcher(watchers.map((watcher) => new GuardedWatcher(watcher)));
}

class JoinedWatcher implements Required<ExchangeWatcher> {
  readonly #all: readonly GuardedWatcher[];

  constructor(all: readonly GuardedWatcher[]) {
    this.#all = all;
  }

  began(exchange: WatchedExchange): void {
    for (const one of this.#all) one.began(exchange);
  }

  produced(exchange: WatchedExchange, partition: PartitionFacts, acks: number): void {
    for (const one of this.#all) one.produced(exchange, partition, acks);
  }

  acknowledged(exchange: WatchedExchange, partition: PartitionFacts): void {
    for (const one of this.#all) one.acknowledged(exchange, partition);
  }

  fetched(exchange: WatchedExchange, partition: PartitionFacts): void {
    for (const one of this.#all) one.fetched(exchange, partition);
  }

  error(exchange: WatchedExchange, code: number): void {
    for (const one of this.#all) one.error(exchange, code);
  }

  ended(exchange: WatchedExchange, outcome: Outcome): void {
    for (const one of this.#all) one.ended(exchange, outcome);
  }

  closed(): void {
    for (const one of this.#all) one.closed();
  }
}
