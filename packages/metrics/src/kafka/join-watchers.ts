import type { ExchangeWatcher, Outcome, WatchedExchange } from "./exchange-watcher.ts";
import { GuardedWatcher } from "./guarded-watcher.ts";
import type { PartitionFacts } from "./partitions.ts";

/** Several watchers as one. One that throws is left out, the others go on. */
export function joinWatchers(...watchers: readonly ExchangeWatcher[]): ExchangeWatcher {
  const all = watchers.flatMap((one) => (one instanceof JoinedWatcher ? one.all : [one]));
  return new JoinedWatcher(all);
}

/** A watcher that may be told without harm, whatever it does. */
export function guardedWatcher(watcher: ExchangeWatcher): Required<ExchangeWatcher> {
  return watcher instanceof JoinedWatcher ? watcher : new GuardedWatcher(watcher);
}

class JoinedWatcher implements Required<ExchangeWatcher> {
  readonly all: readonly ExchangeWatcher[];
  readonly #began: readonly GuardedWatcher[];
  readonly #produced: readonly GuardedWatcher[];
  readonly #acknowledged: readonly GuardedWatcher[];
  readonly #fetched: readonly GuardedWatcher[];
  readonly #error: readonly GuardedWatcher[];
  readonly #ended: readonly GuardedWatcher[];
  readonly #closed: readonly GuardedWatcher[];

  constructor(all: readonly ExchangeWatcher[]) {
    const guarded = all.map((watcher) => ({ watcher, guard: new GuardedWatcher(watcher) }));
    // Many want to know little: they are not asked about the rest.
    const having = (hook: keyof ExchangeWatcher): readonly GuardedWatcher[] =>
      guarded.filter(({ watcher }) => watcher[hook] !== undefined).map(({ guard }) => guard);
    this.all = all;
    this.#began = having("began");
    this.#produced = having("produced");
    this.#acknowledged = having("acknowledged");
    this.#fetched = having("fetched");
    this.#error = having("error");
    this.#ended = having("ended");
    this.#closed = having("closed");
  }

  began(exchange: WatchedExchange): void {
    for (const one of this.#began) one.began(exchange);
  }

  produced(exchange: WatchedExchange, partition: PartitionFacts, acks: number): void {
    for (const one of this.#produced) one.produced(exchange, partition, acks);
  }

  acknowledged(exchange: WatchedExchange, partition: PartitionFacts): void {
    for (const one of this.#acknowledged) one.acknowledged(exchange, partition);
  }

  fetched(exchange: WatchedExchange, partition: PartitionFacts): void {
    for (const one of this.#fetched) one.fetched(exchange, partition);
  }

  error(exchange: WatchedExchange, code: number): void {
    for (const one of this.#error) one.error(exchange, code);
  }

  ended(exchange: WatchedExchange, outcome: Outcome): void {
    for (const one of this.#ended) one.ended(exchange, outcome);
  }

  closed(): void {
    for (const one of this.#closed) one.closed();
  }
}
