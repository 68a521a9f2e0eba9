import { adminFlags } from "../admin-client/flags.ts";
import { helpFlag } from "../commands/command.ts";
import type { Command } from "../commands/command.ts";
import type { Flags } from "../flags.ts";
import { noColorFlag } from "../see/flags.ts";

/** Of `pagoda top`. */
export const topFlags = {
  window: {
    short: "t",
    value: "10s|1m|15m",
    help: "how far back rates and latencies look",
    fallback: "1m",
  },
  "no-color": noColorFlag,
  ...adminFlags,
  ...helpFlag,
} as const satisfies Flags;

/** `pagoda top` */
export const top: Command = {
  name: "top",
  group: "SEE",
  summary: "all of it in one terminal, live",
  usage: ["top [FLAGS]"],
  flags: topFlags,
  notes: "KEYS      ? lists them. Where output is no terminal, one table is printed.",
  examples: ["pagoda top", "pagoda top -t 10s", "pagoda top --admin http://proxy:9190"],
  run: async (args) => (await import("./run-top.ts")).runTop(args),
};
