import type { Table } from "../lib/bench.ts";
import { interleave } from "../lib/interleave.ts";
import type { Variant } from "../lib/interleave.ts";
import type { Figure, Subject, Surroundings } from "./subject.ts";

export interface CompareOptions {
  /** The proxies that the ratios divide by: the first one that is there. */
  readonly baseline: readonly string[];
  /**
   * Short rounds and many: the machine is rarely quiet for long, and a median forgets the others.
   * Seven where each round begins a proxy.
   */
  readonly rounds: number;
}

/** Measures a figure for every proxy in turn, all begun anew for it. */
export async function compare(
  figure: Figure,
  subjects: readonly Subject[],
  around: Surroundings,
  options: CompareOptions,
): Promise<Table> {
  await using running = new AsyncDisposableStack();
  const variants: Variant[] = [];
  for (const { name, start } of subjects) {
    if (figure.freshTimes === undefined) {
      const proxy = running.use(await start(around.upstreamPort));
      variants.push({ name, measure: () => around.measure(proxy, figure) });
    } else {
      const measure = async (): Promise<number> => {
        await using proxy = await start(around.upstreamPort);
        return await around.measure(proxy, figure);
      };
      variants.push({ name, measure });
    }
  }
  const { title, unit, freshTimes } = figure;
  return await interleave(variants, {
    title,
    unit,
    warmups: freshTimes === undefined ? 3 : 0,
    rounds: freshTimes === undefined ? options.rounds : 7,
    baseline: options.baseline,
  });
}
