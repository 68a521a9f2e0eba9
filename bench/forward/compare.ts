import type { Table } from "../lib/bench.ts";
import { interleave } from "../lib/interleave.ts";
import type { Figure, Subject, Surroundings } from "./subject.ts";

export interface CompareOptions {
  /** The proxies that the ratios divide by: the first one that is there. */
  readonly baseline: readonly string[];
  /** Short rounds and many: the machine is rarely quiet for long, and a median forgets the others. */
  readonly rounds: number;
}

/** Measures a figure for every proxy in turn, each begun anew for it. */
export async function compare(
  figure: Figure,
  subjects: readonly Subject[],
  around: Surroundings,
  options: CompareOptions,
): Promise<Table> {
  await using running = new AsyncDisposableStack();
  const variants = [];
  for (const { name, start } of subjects) {
    const proxy = running.use(await start(around.upstreamPort));
    variants.push({ name, measure: () => around.measure(proxy, figure) });
  }
  const { title, unit } = figure;
  return await interleave(variants, { title, unit, warmups: 3, ...options });
}
