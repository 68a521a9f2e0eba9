#!/usr/bin/env node
import { commandHelp, overview } from "./commands/command.ts";
import { commands } from "./commands/table.ts";
import { exitCodeOf, exitCodes, lastWords, UsageError } from "./exit.ts";
import { suggestion } from "../text/suggestion.ts";

async function main([name = "help", ...args]: readonly string[]): Promise<number> {
  if (name === "help" || name === "--help" || name === "-h") return printHelp(args[0]);
  // For the scripts of `pagoda completion`, and nobody else.
  if (name === "__complete") return (await import("./completion/answer.ts")).answer(args);
  const command = commandNamed(name === "--version" ? "version" : name);
  const ownFlags = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  if (ownFlags.includes("--help") || ownFlags.includes("-h")) return printHelp(command.name);
  return command.run(args);
}

function commandNamed(name: string): (typeof commands)[number] {
  const command = commands.find((each) => each.name === name);
  if (command !== undefined) return command;
  const known = commands.map((each) => each.name);
  throw new UsageError(`unknown command "${name}"${suggestion(name, known, "pagoda ")} (see: pagoda help)`);
}

function printHelp(name: string | undefined): number {
  process.stdout.write(name === undefined ? overview(commands) : commandHelp(commandNamed(name)));
  return exitCodes.ok;
}

// Whoever read has read enough: `pagoda tap | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.ok);
  throw error;
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${lastWords(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
// Not when nothing is left to do: names that a resolver does not answer for would be waited for.
await Promise.all([process.stdout, process.stderr].map(written));
process.exit();

/** Resolves when what was written has been taken, and after a second at the latest. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 1_000);
    stream.write("", () => resolve());
  });
}
