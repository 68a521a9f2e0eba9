import type { TrafficView } from "@pagoda/traffic/view";

type Sample = readonly [key: string, value: number | null];

/** Which figures of a row are kept. */
export type Figure = "rate" | "out" | "ok" | "p99" | "lag" | "in" | "connections";

/** Samples that are kept of each figure, one a second. */
const kept = 120;

/** The last figures of every row, for sparklines and charts: as long as the page has seen them. */
export class Samples {
  readonly #series = new Map<string, (number | null)[]>();
  #times: number[] = [];

  /** Takes the figures of a view. What is gone from it is null, and forgotten after 120 views. */
  push(view: TrafficView): void {
    this.#times = [...this.#times.slice(1 - kept), view.at];
    const now = new Map(samplesOf(view));
    for (const [key, values] of this.#series) {
      values.push(now.get(key) ?? null);
      if (values.length > kept) values.shift();
      now.delete(key);
      if (values.every((value) => value === null)) this.#series.delete(key);
    }
    for (const [key, value] of now) if (value !== null) this.#series.set(key, [value]);
  }

  clear(): void {
    this.#series.clear();
    this.#times = [];
  }

  /** Unix milliseconds of the samples, oldest first. */
  get times(): readonly number[] {
    return this.#times;
  }

  /** As many as there are times, oldest first; null where it was not known. */
  of(row: string, figure: Figure): readonly (number | null)[] {
    const values = this.#series.get(`${row}\n${figure}`) ?? [];
    const before = Array.from({ length: this.#times.length - values.length }, () => null);
    return [...before, ...values];
  }
}

/** What names a row among all. */
export function rowKey(kind: string, ...names: readonly string[]): string {
  return JSON.stringify([kind, ...names]);
}

/** The row of all listeners together. */
export const totalsKey: string = rowKey("totals");

function* samplesOf({ totals, topics, clients, groups, brokers, apis }: TrafficView): Generator<Sample> {
  yield* figures(totalsKey, {
    rate: totals.requestsPerSecond,
    ok: totals.okShare,
    p99: totals.latency.p99,
    in: totals.bytesInPerSecond,
    out: totals.bytesOutPerSecond,
    connections: totals.connections,
    lag: totals.maxLag?.records ?? null,
  });
  for (const row of topics) {
    yield* figures(rowKey("topic", row.listener, row.topic), {
      rate: row.produce.recordsPerSecond,
      out: row.fetch.recordsPerSecond,
      p99: row.latency.p99,
      lag: row.maxLag?.records ?? null,
    });
  }
  for (const row of clients) {
    yield* figures(rowKey("client", row.listener, row.client), {
      rate: row.requestsPerSecond,
      in: row.produce.recordsPerSecond,
      out: row.fetch.recordsPerSecond,
      p99: row.latency.p99,
    });
  }
  for (const row of groups) {
    yield* figures(rowKey("group", row.listener, row.group), {
      rate: row.commitsPerSecond,
      lag: row.lag?.records ?? null,
    });
  }
  for (const row of brokers) {
    yield* figures(rowKey("broker", row.listener, row.nodeId), {
      rate: row.requestsPerSecond,
      p99: row.latency.p99,
    });
  }
  for (const row of apis) {
    yield* figures(rowKey("api", row.listener, row.api, row.client), {
      rate: row.requestsPerSecond,
      p99: row.latency.p99,
    });
  }
}

function* figures(row: string, values: Partial<Record<Figure, number | null>>): Generator<Sample> {
  for (const [figure, value] of Object.entries(values)) yield [`${row}\n${figure}`, value];
}
