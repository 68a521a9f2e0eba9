import { exitCodes } from "../exit.ts";
import { readFlags } from "../flags.ts";
import type { Flags } from "../flags.ts";
import { helpFlag } from "./command.ts";
import type { Command } from "./command.ts";

const flags = { json: { help: "all of it: commit, protocol, Node" }, ...helpFlag } as const satisfies Flags;

/** `pagoda version` */
export const version: Command = {
  name: "version",
  group: "OPERATE",
  summary: "print the version (--json for all of it)",
  usage: ["version [--json]"],
  flags,
  examples: ["pagoda version", "pagoda version --json", "pagoda --version"],
  run: async (args) => {
    const { json } = readFlags("version", flags, args);
    const { buildInfo } = await import("../../version.ts");
    const build = buildInfo();
    const all = { ...build, node: process.versions.node };
    process.stdout.write(json === undefined ? `${build.version}\n` : `${JSON.stringify(all)}\n`);
    return exitCodes.ok;
  },
};
