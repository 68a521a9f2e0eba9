import type { ClientState, TopicState, TrafficState } from "../state/state.ts";
import { counted, errorsIncrease, latencyIncrease, zero } from "./counts.ts";
import type { Counted, Counts, Kind, RowOf, TrimmedLatency } from "./counts.ts";
import { keyOf } from "./keys.ts";
import { idOf } from "./sample.ts";
import type { Sample } from "./sample.ts";

/** What the counts of one row rose by. */
export type Increase<K extends Kind> = Readonly<Record<Counted<K>, number>> & {
  readonly latency: TrimmedLatency;
  readonly errors: Readonly<Record<string, number>>;
};

export interface ActiveClient {
  readonly client: ClientState;
  readonly more: Increase<"client">;
}

/** A state, and what its counts rose by since a moment before. Rows that were not there rose from zero. */
export class Change {
  readonly state: TrafficState;
  /** Seconds that it covers; 0 where there is nothing before: then nothing rose. */
  readonly seconds: number;
  readonly #now: Sample;
  readonly #before: Sample;
  /** Several problems look at the same rows. */
  readonly #increases = new Map<string, unknown>();
  #activeClients: readonly ActiveClient[] | undefined;

  constructor(state: TrafficState, now: Sample, before: Sample | undefined) {
    this.state = state;
    this.#now = now;
    this.#before = before ?? now;
    this.seconds = (now.atMs - this.#before.atMs) / 1_000;
  }

  of<K extends Exclude<Kind, "partition">>(kind: K, row: RowOf[K]): Increase<K> {
    const id = idOf(kind, row);
    const [before, now] = [this.#before.rows.get(id), this.#now.rows.get(id)];
    // Samples share the counts of a row that did not change.
    if (before === now) return nothingOf(kind);
    const known = this.#increases.get(id);
    if (known !== undefined) return known as Increase<K>;
    const more = increaseOf(kind, before, now);
    this.#increases.set(id, more);
    return more;
  }

  /** Clients that asked for anything or connected: mostly few of many, and several problems look at them. */
  get activeClients(): readonly ActiveClient[] {
    if (this.#before.rows === this.#now.rows) return [];
    return (this.#activeClients ??= this.state.clients.flatMap((client) => {
      const more = this.of("client", client);
      return more.requests > 0 || more.opened > 0 ? [{ client, more }] : [];
    }));
  }

  ofPartition(topic: TopicState, partition: number): Increase<"partition"> {
    const topicKey = keyOf.topic(topic);
    const [before, now] = [this.#before, this.#now].map(({ partitions }) =>
      partitions.get(topicKey)?.get(partition),
    );
    return increaseOf("partition", before, now);
  }

  /** Per second; 0 where nothing is covered. */
  perSecond(count: number): number {
    return this.seconds > 0 ? count / this.seconds : 0;
  }
}

const nothing: { [K in Kind]?: Increase<K> } = {};

/** Of a row that did not change, shared by all of a kind. */
function nothingOf<K extends Kind>(kind: K): Increase<K> {
  const known: unknown = nothing[kind];
  if (known !== undefined) return known as Increase<K>;
  const more = increaseOf(kind);
  Object.assign(nothing, { [kind]: more });
  return more;
}

/** Latencies and errors are compared when they are asked for: problems ask for numbers alone. */
function increaseOf<K extends Kind>(kind: K, before: Counts = zero, now: Counts = zero): Increase<K> {
  const names: readonly string[] = counted[kind];
  const numbers: Record<string, number> = {};
  for (let n = 0; n < names.length; n++) {
    numbers[names[n] ?? ""] = Math.max((now.numbers[n] ?? 0) - (before.numbers[n] ?? 0), 0);
  }
  const lazy = {
    get latency(): TrimmedLatency {
      return latencyIncrease(before.latency, now.latency);
    },
    get errors(): Counts["errors"] {
      return errorsIncrease(before.errors, now.errors);
    },
  };
  return Object.assign(lazy, numbers as Record<Counted<K>, number>);
}
