import { adminFlags, adminUrl } from "../admin-client/flags.ts";
import { helpFlag } from "../commands/command.ts";
import type { Command } from "../commands/command.ts";
import { exitCodes } from "../exit.ts";
import { readFlags } from "../flags.ts";
import type { Flags } from "../flags.ts";

const flags = { admin: adminFlags.admin, ...helpFlag } as const satisfies Flags;

/** `pagoda dashboard` */
export const dashboard: Command = {
  name: "dashboard",
  group: "SEE",
  summary: "print the address of the web UI",
  usage: ["dashboard [--admin URL]"],
  flags,
  examples: ["pagoda dashboard", "open $(pagoda dashboard)", "pagoda dashboard --admin http://proxy:9190"],
  run: async (args) => {
    const { admin } = readFlags("dashboard", flags, args);
    process.stdout.write(`${new URL("/ui/", adminUrl(admin)).href}\n`);
    return exitCodes.ok;
  },
};
