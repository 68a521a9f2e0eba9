/** What a `bench/NAME.bench.ts` exports as `bench`. */
export interface Bench {
  /** One sentence: the figure this program measures. */
  readonly about: string;
  run(): Promise<BenchReport>;
}

export interface BenchReport {
  readonly tables: readonly Table[];
  /** Versions of the programs compared, what was skipped, how much was sent. */
  readonly notes: readonly string[];
}

/** One figure, measured for several variants in one interleaved run. */
export interface Table {
  readonly title: string;
  /** What the absolute column counts. Compare it within a table only. */
  readonly unit: string;
  /** The variant that the ratios divide by. */
  readonly baseline: string;
  readonly rounds: number;
  readonly rows: readonly Row[];
}

export interface Row {
  readonly variant: string;
  readonly value: Spread;
  /** Against the baseline of the same round. */
  readonly ratio: Spread;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  const lower = sorted[sorted.length % 2 === 0 ? middle - 1 : middle] ?? Number.NaN;
  return { median: (lower + upper) / 2, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}
