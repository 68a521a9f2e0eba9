import { adminClient, adminFlags } from "../admin-client/flags.ts";
import { helpFlag } from "../commands/command.ts";
import type { Command } from "../commands/command.ts";
import { exitCodes } from "../exit.ts";
import { readFlags } from "../flags.ts";
import type { Flags } from "../flags.ts";
import { safeLines } from "../output/safe.ts";
import { processTerminal } from "../output/terminal.ts";
import type { Terminal } from "../output/terminal.ts";

const flags = {
  ...adminFlags,
  verbose: { help: "every check, as JSON" },
  ...helpFlag,
} as const satisfies Flags;

/** `pagoda health` */
export const health: Command = {
  name: "health",
  group: "OPERATE",
  summary: "whether the proxy is ready, as an exit code for health checks",
  usage: ["health [FLAGS]"],
  flags,
  notes: "EXIT      0 ready, 1 not ready or no proxy, 2 wrong usage",
  examples: [
    "pagoda health",
    "pagoda health --verbose",
    "pagoda health --admin http://proxy:9190 && echo ready",
  ],
  run: (args) => runHealth(args),
};

/** @throws UsageError, and what AdminClient throws */
export async function runHealth(args: readonly string[], terminal?: Terminal): Promise<number> {
  const values = readFlags("health", flags, args);
  const out = terminal ?? processTerminal({ noColor: true });
  const query = values.verbose === undefined ? {} : { verbose: "" };
  const { status, body } = await adminClient(values).reply("/ready", { query });
  await out.print(`${safeLines(body.trimEnd())}\n`);
  return status === 200 ? exitCodes.ok : exitCodes.runtime;
}
