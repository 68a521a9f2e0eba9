import { flagHelp, readFlags } from "../flags.ts";
import type { Flags, FlagValues } from "../flags.ts";
import { UsageError } from "../exit.ts";
import { splitOperands } from "./operands.ts";

/** What a command reads from and writes to: the process's own, but for tests. */
export interface CommandIo {
  readonly stdout: { write(text: string): unknown };
  readonly stdin: AsyncIterable<Uint8Array>;
}

/** A command of the debugging family, as data for a table of commands. */
export interface DebugCommand {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Its forms, without `pagoda` before them. */
  readonly usage: readonly string[];
  readonly flags: Flags;
  /** What the exit codes mean, in a line. */
  readonly exit: string;
  readonly examples: readonly string[];
  /** Resolves to the exit code. @throws UsageError */
  run(args: readonly string[], io?: CommandIo): Promise<number>;
}

/** The help of a command. */
export function helpOf({ name, summary, usage, flags, exit, examples }: DebugCommand): string {
  const indented = (label: string, lines: readonly string[]): string =>
    lines.map((line, at) => `${(at === 0 ? label : "").padEnd(10)}${line}`).join("\n");
  return `pagoda ${name} - ${summary}

${indented(
  "USAGE",
  usage.map((form) => `pagoda ${form}`),
)}

FLAGS
${flagHelp(flags)}

EXIT      ${exit}

${indented("EXAMPLES", examples)}
`;
}

/** The process's own streams. */
export const processIo: CommandIo = { stdout: process.stdout, stdin: process.stdin };

/**
 * Reads flags and operands, which may stand in any order.
 * @throws UsageError as `readFlags` does
 */
export function readArguments<F extends Flags>(
  command: string,
  flags: F,
  args: readonly string[],
): { readonly given: FlagValues<F>; readonly operands: readonly string[] } {
  const { operands, rest } = splitOperands(flags, args);
  return { given: readFlags(command, flags, rest), operands };
}

/** What `-o` says. @throws UsageError for anything else */
export function outputOf(command: string, given: string | undefined): "text" | "json" {
  if (given === undefined || given === "text") return "text";
  if (given === "json") return given;
  throw new UsageError(`--output must be text or json, got "${given}" (see: pagoda ${command} --help)`);
}
