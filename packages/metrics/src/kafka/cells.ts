import { Counter, Gauge, Histogram } from "prom-client";
import type { Registry } from "prom-client";

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
class Cells<Name extends string, C> {
  readonly #cells = new Map<string, C>();
  readonly #names: readonly Name[];
  readonly #make: (labels: Labels<Name>) => C;

  constructor(names: readonly Name[], make: (labels: Labels<Name>) => C) {
    this.#names = names;
    this.#make = make;
  }

  get(labels: Labels<Name>): C {
    const key = this.#keyOf(labels);
    let cell = this.#cells.get(key);
    if (cell === undefined) this.#cells.set(key, (cell = this.#make(labels)));
    return cell;
  }

  remove(labels: Labels<Name>): void {
    this.#cells.delete(this.#keyOf(labels));
  }

  values(): C[] {
    return [...this.#cells.values()];
  }

  // Label values may hold any character.
  #keyOf(labels: Labels<Name>): string {
    return JSON.stringify(this.#names.map((name) => labels[name]));
  }
}

/** A counter of cells. */
export class CellCounter<Name extends string> extends Counter<Name> {
  readonly #cells: Cells<Name, Cell>;
  readonly #shown: FamilyOptions<Name>;

  constructor(registry: Registry, options: FamilyOptions<Name>) {
    super({ ...options, registers: [registry] });
    this.#shown = options;
    this.#cells = new Cells(options.labelNames, (labels) => new Cell(labels));
  }

  /** The series with these labels, made with the value 0 when it is asked for first. */
  cell(labels: Labels<Name>): Cell {
    return this.#cells.get(labels);
  }

  drop({ labels }: Cell): void {
    this.#cells.remove(labels);
  }

  override get(): ReturnType<Counter<Name>["get"]> {
    return Promise.resolve(shown(this.#shown, "counter", this.#cells.values())) as never;
  }

  override reset(): void {
    for (const cell of this.#cells.values()) cell.value = 0;
  }
}

/** A gauge of cells. */
export class CellGauge<Name extends string> extends Gauge<Name> {
  readonly #cells: Cells<Name, Cell>;
  readonly #shown: FamilyOptions<Name>;

  constructor(registry: Registry, options: FamilyOptions<Name>) {
    super({ ...options, registers: [registry] });
    this.#shown = options;
    this.#cells = new Cells(options.labelNames, (labels) => new Cell(labels));
  }

  /** The series with these labels, made with the value 0 when it is asked for first. */
  cell(labels: Labels<Name>): Cell {
    return this.#cells.get(labels);
  }

  drop({ labels }: Cell): void {
    this.#cells.remove(labels);
  }

  override get(): ReturnType<Gauge<Name>["get"]> {
    return Promise.resolve(shown(this.#shown, "gauge", this.#cells.values())) as never;
  }

  override reset(): void {
    for (const cell of this.#cells.values()) cell.value = 0;
  }
}

function shown({ name, help }: FamilyOptions<string>, type: string, cells: readonly Cell[]): object {
  const values = cells.map(({ labels, value }) => ({ labels, value }));
  return { name, help, type, values, aggregator: "sum" };
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
export class CellHistogram<Name extends string> extends Histogram<Name> {
  readonly #cells: Cells<Name, HistogramCell>;
  readonly #shown: FamilyOptions<Name>;

  constructor(registry: Registry, options: HistogramOptions<Name>) {
    super({ ...options, buckets: [...options.buckets], registers: [registry] });
    this.#shown = options;
    this.#cells = new Cells(options.labelNames, (labels) => new HistogramCell(labels, options.buckets));
  }

  /** The series with these labels, made without observations when it is asked for first. */
  cell(labels: Labels<Name>): HistogramCell {
    return this.#cells.get(labels);
  }

  override get(): ReturnType<Histogram<Name>["get"]> {
    const { name, help } = this.#shown;
    const values = this.#cells.values().flatMap((cell) => cell.samples(name));
    return Promise.resolve({ name, help, type: "histogram", values, aggregator: "sum" }) as never;
  }

  /** What prom-client asks for instead of `get` when it prints a page. */
  getForPromString(): ReturnType<Histogram<Name>["get"]> {
    return this.get();
  }

  override reset(): void {
    for (const cell of this.#cells.values()) cell.reset();
  }
}
