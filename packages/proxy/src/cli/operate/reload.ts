import { adminClient, adminFlags } from "../admin-client/flags.ts";
import { helpFlag } from "../commands/command.ts";
import type { Command } from "../commands/command.ts";
import { exitCodes } from "../exit.ts";
import { readFlags } from "../flags.ts";
import type { Flags } from "../flags.ts";
import { safeLines } from "../output/safe.ts";
import { processTerminal } from "../output/terminal.ts";
import type { Terminal } from "../output/terminal.ts";

const flags = { ...adminFlags, ...helpFlag } as const satisfies Flags;

/** `pagoda reload` */
export const reload: Command = {
  name: "reload",
  group: "OPERATE",
  summary: "have the proxy read its configuration again",
  usage: ["reload [FLAGS]"],
  flags,
  notes: `It needs admin.allowWrites: true. SIGHUP to the process does the same.

EXIT      0 it holds, 1 rejected and the one before holds, not allowed, or no proxy, 2 wrong usage`,
  examples: ["pagoda reload", "pagoda validate && pagoda reload", "pagoda reload --admin http://proxy:9190"],
  run: (args) => runReload(args),
};

/** @throws UsageError, and what AdminClient throws */
export async function runReload(args: readonly string[], terminal?: Terminal): Promise<number> {
  const values = readFlags("reload", flags, args);
  const out = terminal ?? processTerminal({ noColor: true });
  const client = adminClient(values);
  const answer = await client.post("/api/reload", undefined, { accepts: 422 });
  const { outcome = "unknown", message = "" } = answer as Partial<Record<"outcome" | "message", string>>;
  await out.print(`${safeLines(message === "" ? outcome : `${outcome}: ${message}`)}\n`);
  return outcome === "rejected" ? exitCodes.runtime : exitCodes.ok;
}
