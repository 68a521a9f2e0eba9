import { adminClient, adminFlags } from "../admin-client/flags.ts";
import { helpFlag } from "../commands/command.ts";
import type { Command } from "../commands/command.ts";
import { exitCodes, UsageError } from "../exit.ts";
import { suggestion } from "../../text/suggestion.ts";
import { readArguments } from "../flags.ts";
import type { Argument, Flags } from "../flags.ts";
import { safe } from "../output/safe.ts";
import { processTerminal } from "../output/terminal.ts";
import type { Terminal } from "../output/terminal.ts";

const levels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
const flags = { ...adminFlags, ...helpFlag } as const satisfies Flags;
const places: readonly Argument[] = [{ name: "LEVEL", completes: levels }];

/** `pagoda loglevel` */
export const loglevel: Command = {
  name: "loglevel",
  group: "OPERATE",
  summary: "show or change how much the proxy logs",
  usage: [`loglevel [${levels.join("|")}] [FLAGS]`],
  arguments: places,
  flags,
  notes: "To change it needs admin.allowWrites: true. It holds until the next start.",
  examples: ["pagoda loglevel", "pagoda loglevel debug", "pagoda loglevel info --admin http://proxy:9190"],
  run: (args) => runLoglevel(args),
};

/** @throws UsageError, and what AdminClient throws */
export async function runLoglevel(args: readonly string[], terminal?: Terminal): Promise<number> {
  const { values, positionals } = readArguments("loglevel", { flags, arguments: places }, args);
  const [level] = positionals;
  if (level !== undefined && !levels.some((each) => each === level)) {
    throw new UsageError(
      `the level must be ${levels.join(", ")}, got "${level}"${suggestion(level, levels, "")}`,
    );
  }
  const out = terminal ?? processTerminal({ noColor: true });
  const client = adminClient(values);
  const answer =
    level === undefined ? await client.get("/api/loglevel") : await client.post("/api/loglevel", { level });
  await out.print(`${safe(String((answer as { readonly level?: unknown } | null)?.level))}\n`);
  return exitCodes.ok;
}
