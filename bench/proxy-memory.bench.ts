import { join } from "node:path";

import type { Bench, BenchReport } from "./lib/bench.ts";
import { interleave } from "./lib/interleave.ts";
import { residentMiB, startNode } from "./lib/process.ts";
import type { Running } from "./lib/process.ts";
import type { SlowLoad } from "./proxy/slow-clients.ts";

const forward = join(import.meta.dirname, "forward");
const proxy = join(import.meta.dirname, "proxy");
const responseMiB = 50;
/** Each brings 5 GB through a proxy, nine times for a table. */
const rounds = 3;

const proxies = [
  ["Node pipe", "pipe.ts"],
  ["Kafka tiers, no layers", "tiers.ts"],
  ["Kafka tiers, four layers and three watchers", "tiers.ts", "layers"],
] as const;

const loads = [
  { title: "100 Fetch responses of 50 MiB under way, clients that take them slowly", clients: 100, depth: 1 },
  { title: "the same, eight pipelined on each of twelve connections", clients: 12, depth: 8 },
];

/** How much memory the Kafka tiers hold while big responses pass. */
export const bench: Bench = {
  about: "resident memory while 100 Fetch responses of 50 MiB pass slowly (some minutes)",
  run: async (): Promise<BenchReport> => {
    await using upstream = await startNode(join(proxy, "big-broker.ts"), [String(responseMiB)]);
    await using clients = await startNode(join(proxy, "slow-clients.ts"));
    const tables = [];
    for (const { title, ...load } of loads) {
      const variants = proxies.map(([name, program, ...args]) => ({
        name,
        measure: async () => {
          await using running = await startNode(join(forward, program), [String(upstream.port), ...args]);
          return await peakOf(running, clients, load);
        },
      }));
      tables.push(
        await interleave(variants, {
          title,
          unit: "MiB resident, peak",
          baseline: ["Node pipe"],
          rounds,
          warmups: 0,
        }),
      );
    }
    return { tables, notes: ["a proxy begun anew for each round"] };
  },
};

/** The most that the proxy held, from the first byte to the last. */
async function peakOf(
  { pid, port }: Running,
  clients: Running,
  load: Pick<SlowLoad, "clients" | "depth">,
): Promise<number> {
  const ask = async (message: object): Promise<void> => {
    const { failure } = (await clients.ask(message)) as { readonly failure?: string };
    if (failure !== undefined) throw new Error(failure);
  };
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, residentMiB(pid))), 20);
  await ask({ ...load, port, responseBytes: responseMiB * 1_048_576 });
  await ask({ finish: true });
  clearInterval(timer);
  return peak;
}
