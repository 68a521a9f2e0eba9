import { setTimeout as sleep } from "node:timers/promises";

import type { AdminClient } from "../admin-client/client.ts";
import { AdminUnreachableError } from "../admin-client/errors.ts";
import { adminClient, adminFlags } from "../admin-client/flags.ts";
import { helpFlag } from "../commands/command.ts";
import type { Command } from "../commands/command.ts";
import { exitCodes, UsageError } from "../exit.ts";
import { FlagReader } from "../flag-reader.ts";
import { readFlags } from "../flags.ts";
import type { Flags } from "../flags.ts";
import { processTerminal } from "../output/terminal.ts";
import type { Terminal } from "../output/terminal.ts";

const flags = {
  wait: { value: "DURATION", help: "until the proxy has ended, at most so long" },
  ...adminFlags,
  ...helpFlag,
} as const satisfies Flags;

/** `pagoda drain` */
export const drain: Command = {
  name: "drain",
  group: "OPERATE",
  summary: "have the proxy let its connections finish, and end",
  usage: ["drain [FLAGS]"],
  flags,
  notes: `It needs admin.allowWrites: true. SIGTERM to the process does the same.

EXIT      0, 1 no proxy, not allowed, or still there after --wait, 2 wrong usage`,
  examples: ["pagoda drain", "pagoda drain --wait 20s", "pagoda drain --admin http://proxy:9190"],
  run: (args) => runDrain(args),
};

/** @throws UsageError, and what AdminClient throws */
export async function runDrain(args: readonly string[], terminal?: Terminal): Promise<number> {
  const values = readFlags("drain", flags, args);
  const faults: string[] = [];
  const waitMs = new FlagReader(values, faults).duration("wait");
  if (faults.length > 0) throw new UsageError(`${faults.join("; ")} (see: pagoda drain --help)`);
  const out = terminal ?? processTerminal({ noColor: true });
  const client = adminClient(values);
  await client.post("/api/drain");
  await out.print("draining\n");
  if (waitMs === undefined) return exitCodes.ok;
  const gone = await ended(client, AbortSignal.timeout(waitMs));
  await out.print(gone ? "ended\n" : "still draining\n");
  return gone ? exitCodes.ok : exitCodes.runtime;
}

/** Whether nobody answers any more before the signal is aborted. */
async function ended(client: AdminClient, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- asked until nobody answers
      await client.reply("/live", { signal });
      // oxlint-disable-next-line no-await-in-loop -- between two questions
      await sleep(200, undefined, { signal });
    } catch (error) {
      if (error instanceof AdminUnreachableError) return true;
    }
  }
  return false;
}
