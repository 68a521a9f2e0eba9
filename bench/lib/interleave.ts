import { spread } from "./bench.ts";
import type { Row, Table } from "./bench.ts";

/** One of the things compared. */
export interface Variant {
  readonly name: string;
  /** Does the work once, and answers the figure for it. */
  measure(): Promise<number> | number;
}

export interface InterleaveOptions {
  readonly title: string;
  readonly unit: string;
  /** The variant that the ratios divide by; the first one that is there. */
  readonly baseline: readonly string[];
  /**
   * How often each variant is measured. An odd number has a median that was measured.
   * @default 7
   */
  readonly rounds?: number;
  /**
   * Rounds before these that are thrown away: compilers and buffers warm up.
   * @default 1
   */
  readonly warmups?: number;
}

/**
 * Measures the variants in turn, A B C A B C, so that whatever else the machine does meets all of
 * them. Every other round runs backwards: what the one before leaves behind (heat, garbage) is not
 * always inherited by the same one.
 */
export async function interleave(variants: readonly Variant[], options: InterleaveOptions): Promise<Table> {
  const { rounds = 7, warmups = 1 } = options;
  const values = new Map<string, number[]>(variants.map(({ name }) => [name, []]));
  for (let round = -warmups; round < rounds; round++) {
    for (const variant of round % 2 === 0 ? variants : variants.toReversed()) {
      const value = await variant.measure();
      if (round >= 0) values.get(variant.name)?.push(value);
    }
  }
  return tableOf(values, options);
}

/** The table of what was measured in turn: by variant, a value for each round. */
export function tableOf(
  values: ReadonlyMap<string, readonly number[]>,
  { title, unit, rounds = 7, baseline: wanted }: InterleaveOptions,
): Table {
  const baseline = wanted.find((name) => values.has(name));
  const base = baseline === undefined ? undefined : values.get(baseline);
  if (baseline === undefined || base === undefined) throw new TypeError(`${title}: no baseline`);
  const rows = [...values].map(([variant, measured]): Row => ({
    variant,
    value: spread(measured),
    ratio: spread(measured.map((value, round) => value / (base[round] ?? Number.NaN))),
  }));
  return { title, unit, baseline, rounds, rows };
}
