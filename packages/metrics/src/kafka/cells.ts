import type { Metric, Registry } from "prom-client";

/**
 * Families whose series are plain numbers in objects that the hot path keeps: counting is an
 * addition. prom-client looks its series up by a hash of all labels, also through `labels()`, with
 * every increment; here it only prints them.
 */

/** The labels of one series. */
export type Labels<Name extends string> = Readonly<Record<Name, string>>;

export interface FamilyOptions<Name extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Name[];
  /** Called before its series are read for a page, as prom-client's own. @default nothing */
  readonly collect?: () => void;
}

/** One series of a counter or a gauge. */
export class Cell {
  value = 0;
  readonly labels: Labels<string>;

  constructor(labels: Labels<string>) {
    this.labels = labels;
  }
}

/** The series of one family, by their labels. */
abstract class Family<Name extends string, C extends { readonly labels: Labels<string> }> {
  readonly name: string;
  readonly help: string;
  /** How the pages of several processes are put together. */
  readonly aggregator = "sum";
  abstract readonly type: string;
  readonly #labelNames: readonly Name[];
  readonly #collect: (() => void) | undefined;
  readonly #cells = new Map<string, C>();

  constructor(registry: Registry, { name, help, labelNames, collect }: FamilyOptions<Name>) {
    this.name = name;
    this.help = help;
    this.#labelNames = labelNames;
    this.#collect = collect;
    // What prom-client asks of a metric; its own classes do not leave the values to others.
    registry.registerMetric(this as unknown as Metric);
  }

  /** The series with these labels, made when it is asked for first: with 0, or without observations. */
  cell(labels: Labels<Name>): C {
    const key = this.#keyOf(labels);
    let cell = this.#cells.get(key);
    if (cell === undefined) this.#cells.set(key, (cell = this.make(labels)));
    return cell;
  }

  /** Takes a series off the page. */
  drop({ labels }: C): void {
    this.#cells.delete(this.#keyOf(labels));
  }

  /** For prom-client: what is on the page. */
  get(): Promise<object> {
    this.#collect?.();
    const { name, help, type, aggregator } = this;
    const values = [...this.#cells.values()].flatMap((cell) => this.samples(cell));
    return Promise.resolve({ name, help, type, values, aggregator });
  }

  /** For prom-client: begins anew. */
  reset(): void {
    for (const cell of this.#cells.values()) this.clear(cell);
  }

  protected abstract make(labels: Labels<Name>): C;
  protected abstract samples(cell: C): readonly object[];
  protected abstract clear(cell: C): void;

  // Label values may hold any character.
  #keyOf(labels: Labels<Name>): string {
    return JSON.stringify(this.#labelNames.map((name) => labels[name]));
  }
}

abstract class NumberFamily<Name extends string> extends Family<Name, Cell> {
  protected make(labels: Labels<Name>): Cell {
    return new Cell(labels);
  }

  protected samples({ labels, value }: Cell): readonly object[] {
    return [{ labels, value }];
  }

  protected clear(cell: Cell): void {
    cell.value = 0;
  }
}

/** A counter of cells. */
export class CellCounter<Name extends string> extends NumberFamily<Name> {
  readonly type = "counter";
}

/** A gauge of cells. */
export class CellGauge<Name extends string> extends NumberFamily<Name> {
  readonly type = "gauge";
}

/** What an OpenMetrics page shows beside a bucket: who was one of those in it. */
export type ExemplarLabels = Readonly<Record<string, string>>;

interface Exemplar {
  readonly labelSet: ExemplarLabels;
  readonly value: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

/** One series of a histogram. */
export class HistogramCell {
  readonly labels: Labels<string>;
  readonly #bounds: readonly number[];
  /** Of each bucket alone; the last one is of what is above all bounds. */
  readonly #counts: Float64Array;
  #sum = 0;
  #exemplars: (Exemplar | undefined)[] | undefined;

  constructor(labels: Labels<string>, bounds: readonly number[]) {
    this.labels = labels;
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** @param exemplar takes the place of the one that the value's bucket had. */
  observe(value: number, exemplar?: ExemplarLabels): void {
    const bounds = this.#bounds;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] as number)) at += 1;
    this.#counts[at] = (this.#counts[at] as number) + 1;
    this.#sum += value;
    if (exemplar !== undefined) {
      this.#exemplars ??= [];
      this.#exemplars[at] = { labelSet: exemplar, value, timestamp: Date.now() / 1_000 };
    }
  }

  reset(): void {
    this.#counts.fill(0);
    this.#sum = 0;
    this.#exemplars = undefined;
  }

  /** Its samples, as prom-client prints them. */
  samples(name: string): object[] {
    const { labels } = this;
    let count = 0;
    const samples: object[] = [...this.#counts].map((more, at) => ({
      metricName: `${name}_bucket`,
      labels: { ...labels, le: this.#bounds[at] ?? "+Inf" },
      value: (count += more),
      exemplar: this.#exemplars?.[at],
    }));
    samples.push({ metricName: `${name}_sum`, labels, value: this.#sum });
    samples.push({ metricName: `${name}_count`, labels, value: count });
    return samples;
  }
}

export interface HistogramOptions<Name extends string> extends FamilyOptions<Name> {
  /** Upper bounds, rising. */
  readonly buckets: readonly number[];
}

/** A histogram of cells. */
export class CellHistogram<Name extends string> extends Family<Name, HistogramCell> {
  readonly type = "histogram";
  readonly #buckets: readonly number[];

  constructor(registry: Registry, options: HistogramOptions<Name>) {
    super(registry, options);
    this.#buckets = options.buckets;
  }

  protected make(labels: Labels<Name>): HistogramCell {
    return new HistogramCell(labels, this.#buckets);
  }

  protected samples(cell: HistogramCell): readonly object[] {
    return cell.samples(this.name);
  }

  protected clear(cell: HistogramCell): void {
    cell.reset();
  }
}
