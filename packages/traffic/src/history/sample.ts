import type { TopicState, TrafficState } from "../state/state.ts";
import { countsOf, fell, increase, sizeOf, sum, unchanged, zero } from "./counts.ts";
import type { Counts, Kind, RowOf } from "./counts.ts";
import { keyOf } from "./keys.ts";

/** The counts of all rows at one moment. They only rise from sample to sample; what did not is shared. */
export interface Sample {
  /** Unix milliseconds. */
  readonly atMs: number;
  /** By kind and key. */
  readonly rows: ReadonlyMap<string, Counts>;
  /** Those of partitions, by the key of the topic. */
  readonly partitions: ReadonlyMap<string, ReadonlyMap<number, Counts>>;
}

export function emptySample(atMs: number): Sample {
  return { atMs, rows: new Map(), partitions: new Map() };
}

/** What an entry of a map costs beside the numbers in it, counted in numbers of 8 bytes. */
const entryNumbers = 12;

/** How many numbers it is to keep a sample after the one before it: what they share is not counted again. */
export function sizeOfSample(sample: Sample, before: Sample | undefined): number {
  let size = sample.rows === before?.rows ? 0 : sizeOfRows(sample.rows, before?.rows);
  for (const [topic, rows] of sample.partitions) {
    const known = before?.partitions.get(topic);
    size += entryNumbers + (known === rows ? 0 : sizeOfRows(rows, known));
  }
  return size;
}

function sizeOfRows<Key>(
  rows: ReadonlyMap<Key, Counts>,
  before: ReadonlyMap<Key, Counts> | undefined,
): number {
  let size = 0;
  for (const [key, row] of rows) size += entryNumbers + (before?.get(key) === row ? 0 : sizeOf(row));
  return size;
}

/** The ids of rows, which are the same objects from state to state as long as nothing happens to them. */
const ids = new WeakMap<object, string>();

export function idOf<K extends Exclude<Kind, "partition">>(kind: K, row: RowOf[K]): string {
  let id = ids.get(row);
  if (id === undefined) ids.set(row, (id = `${kind}\0${(keyOf[kind] as (row: RowOf[K]) => string)(row)}`));
  return id;
}

/** A row as the last state said it, and as it is kept: these differ once it fell. */
interface Followed {
  readonly said: Counts;
  readonly kept: Counts;
}

/**
 * Makes samples that only rise of states that may fall: one of several processes ends and its counts
 * go with it, or a row was idle for long, forgotten, and is back. What fell counts as no increase.
 */
export class Sampler {
  #rows = new Map<string, Followed>();
  #partitions = new Map<string, Map<number, Followed>>();
  #last: Sample = emptySample(0);
  // Rows of the last state in their order, and what became of each.
  #said: readonly (readonly [row: object, id: string, followed: Followed])[] = [];

  /** `earlier` are the samples that are still kept, newest first. */
  next(state: TrafficState, earlier: readonly Sample[]): Sample {
    const said: (readonly [object, string, Followed])[] = [];
    let idle = true;
    const follow = <K extends Exclude<Kind, "partition">>(kind: K, rows: readonly RowOf[K][]): void => {
      for (const row of rows) {
        const before = this.#said[said.length];
        if (before?.[0] === row) {
          said.push(before);
          continue;
        }
        const id = idOf(kind, row);
        const last = this.#rows.get(id);
        const now = next(kind, row, last, () => find(earlier, (sample) => sample.rows.get(id)));
        if (now !== last) idle = false;
        said.push([row, id, now]);
      }
    };
    follow("listener", state.listeners);
    follow("api", state.apis);
    follow("topic", state.topics);
    follow("client", state.clients);
    follow("broker", state.brokers);
    follow("edge", state.edges);
    follow("group", state.groups);
    // Where nothing happened at all, the sample is the one before.
    const same = idle && said.length === this.#rows.size;
    const followed = same ? this.#rows : followedOf(said);
    const rows = same ? this.#last.rows : keptOf(followed);
    const partitions = this.#partitionsOf(state.topics, followed, earlier);
    this.#said = said;
    this.#rows = followed;
    this.#last = { atMs: state.atMs, rows, partitions };
    return this.#last;
  }

  /** Those of topics to which nothing happened are taken over as they are: there may be very many. */
  #partitionsOf(
    topics: readonly TopicState[],
    followed: ReadonlyMap<string, Followed>,
    earlier: readonly Sample[],
  ): Sample["partitions"] {
    const all = new Map<string, Map<number, Followed>>();
    const kept = new Map<string, ReadonlyMap<number, Counts>>();
    for (const row of topics) {
      const topic = keyOf.topic(row);
      const id = idOf("topic", row);
      const [known, last] = [this.#partitions.get(topic), this.#last.partitions.get(topic)];
      const idle = followed.get(id) === this.#rows.get(id);
      if (idle && known !== undefined && last !== undefined) {
        all.set(topic, known);
        kept.set(topic, last);
        continue;
      }
      const rows = new Map<number, Followed>();
      for (const one of row.partitions) {
        const { partition } = one;
        const before = (): Counts | undefined =>
          find(earlier, ({ partitions }) => partitions.get(topic)?.get(partition));
        rows.set(partition, next("partition", one, known?.get(partition), before));
      }
      all.set(topic, rows);
      kept.set(topic, keptOf(rows));
    }
    this.#partitions = all;
    return kept;
  }
}

function next<K extends Kind>(
  kind: K,
  row: RowOf[K],
  last: Followed | undefined,
  earlier: () => Counts | undefined,
): Followed {
  if (last !== undefined && unchanged(kind, row, last.said)) return last;
  const said = countsOf(kind, row);
  if (last === undefined) {
    // Back after it was forgotten: where it has fewer counts than it had, it began anew.
    const known = earlier() ?? zero;
    return { said, kept: fell(known, said) ? sum(known, said) : said };
  }
  // Not added up where it never fell: sums of floats drift.
  if (last.kept === last.said && !fell(last.said, said)) return { said, kept: said };
  return { said, kept: sum(last.kept, increase(last.said, said)) };
}

function find(samples: readonly Sample[], of: (sample: Sample) => Counts | undefined): Counts | undefined {
  for (const sample of samples) {
    const counts = of(sample);
    if (counts !== undefined) return counts;
  }
  return undefined;
}

function followedOf(said: readonly (readonly [object, string, Followed])[]): Map<string, Followed> {
  const followed = new Map<string, Followed>();
  for (const [, id, row] of said) followed.set(id, row);
  return followed;
}

function keptOf<Key>(followed: ReadonlyMap<Key, Followed>): ReadonlyMap<Key, Counts> {
  const kept = new Map<Key, Counts>();
  for (const [key, row] of followed) kept.set(key, row.kept);
  return kept;
}
