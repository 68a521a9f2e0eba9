#!/usr/bin/env node
import { buildInfo } from "../version.ts";
import { buildOnly } from "../runtime/build-only.ts";
import { suggestion } from "../text/suggestion.ts";
import { config } from "./config.ts";
import { exitCodeOf, exitCodes, lastWords, UsageError } from "./exit.ts";
import { help } from "./help.ts";
import { init } from "./init.ts";
import { run } from "./run.ts";
import { validate } from "./validate.ts";

type Command = (args: readonly string[]) => Promise<number>;

/** Loaded when it is asked for: its clients are many modules that no other command needs. */
const demo: Command = async (args) => (await import("./demo.ts")).demo(args);

const commands: ReadonlyMap<string, Command> = new Map([
  ["run", run],
  ["demo", demo],
  ["init", init],
  ["validate", (args) => validate(args, { build: buildOnly })],
  ["config", config],
  ["version", version],
  ["help", printHelp],
]);

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h") return printHelp();
  if (name === "--version") return version(args);
  const command = commands.get(name);
  if (command === undefined) {
    const known = [...commands.keys()];
    throw new UsageError(`unknown command "${name}"${suggestion(name, known, "pagoda ")} (see: pagoda help)`);
  }
  return command(args);
}

async function printHelp(): Promise<number> {
  process.stdout.write(help);
  return exitCodes.ok;
}

async function version(args: readonly string[]): Promise<number> {
  const build = buildInfo();
  const all = { ...build, node: process.versions.node };
  process.stdout.write(args.includes("--json") ? `${JSON.stringify(all)}\n` : `${build.version}\n`);
  return exitCodes.ok;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${lastWords(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
