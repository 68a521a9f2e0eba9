import { join } from "node:path";

import type { Bench, BenchReport } from "./lib/bench.ts";
import { startNode } from "./lib/process.ts";
import type { FloodResult } from "./metrics/flood.ts";

/** What names that clients make up cost a proxy. */
export const bench: Bench = {
  about: "series and memory after 10,000 random client ids and 5,000 topics, each on a connection of its own",
  run: async (): Promise<BenchReport> => {
    await using flood = await startNode(join(import.meta.dirname, "metrics/flood.ts"));
    const notes: string[] = [];
    for (const round of ["same names", "new names", "new names", "new names"] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one round after the other
      const result = (await flood.ask({ round })) as FloodResult;
      const { connections, series, pageBytes, heapMiB, rssMiB } = result;
      notes.push(
        `${connections} connections, ${round}: ${series} series on a page of ${(pageBytes / 1024).toFixed(0)} KiB, ` +
          `heap ${heapMiB.toFixed(1)} MiB after a collection, ${rssMiB.toFixed(0)} MiB resident`,
      );
    }
    return { tables: [], notes };
  },
};
