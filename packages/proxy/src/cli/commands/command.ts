import type { Argument, Flags } from "../flags.ts";
import { flagHelp } from "../flags.ts";

/** What people want when they look for a command, in the order of `pagoda help`. */
export const groups = ["USE IT", "SEE", "DEBUG", "BUILD", "OPERATE"] as const;
export type Group = (typeof groups)[number];

/** A command as dispatch, help and completion know it. */
export interface Command {
  readonly name: string;
  readonly group: Group;
  /** A few words, for the list of commands. */
  readonly summary: string;
  /** Lines, each from behind `pagoda `. */
  readonly usage: readonly string[];
  readonly arguments?: readonly Argument[];
  readonly flags: Flags;
  /** What else help says, before the examples. */
  readonly notes?: string;
  /** Whole command lines: three. */
  readonly examples: readonly string[];
  /** Runs it. @returns the exit code */
  readonly run: (args: readonly string[]) => Promise<number>;
}

/** The flag that every command has. */
export const helpFlag = { help: { short: "h", help: "print this" } } as const satisfies Flags;

/** What `pagoda COMMAND --help` prints. */
export function commandHelp({ name, summary, usage, flags, notes, examples }: Command): string {
  const parts = [
    `pagoda ${name} - ${summary}`,
    section(
      "USAGE",
      usage.map((line) => `pagoda ${line}`),
    ),
    `FLAGS\n${flagHelp(flags)}`,
    ...(notes === undefined ? [] : [notes.trimEnd()]),
    section("EXAMPLES", examples),
  ];
  return `${parts.join("\n\n")}\n`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.map((line, at) => `${(at === 0 ? title : "").padEnd(10)}${line}`).join("\n");
}

/** What `pagoda help` prints: every command, by what people want. */
export function overview(commands: readonly Command[]): string {
  const lines = groups.flatMap((group) => {
    const own = commands.filter((command) => command.group === group);
    return own.map(
      ({ name, summary }, at) => `${(at === 0 ? group : "").padEnd(10)}${name.padEnd(12)}${summary}`,
    );
  });
  return `pagoda - a Kafka-aware proxy you can program in TypeScript

USAGE     pagoda COMMAND [FLAGS]      pagoda COMMAND --help

${lines.join("\n")}

FLAGS     --admin URL  the proxy looked at [http://127.0.0.1:9190]   -o text|wide|json|jsonpath=PATH
          -t 10s|1m|15m  how far back   -w  watch   --no-color   --version   -h, --help

EXAMPLES  pagoda demo
          pagoda run --bootstrap kafka:9092
          pagoda stat topics
`;
}
