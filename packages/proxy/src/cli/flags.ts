import { parseArgs } from "node:util";

import { suggestion } from "../text/suggestion.ts";
import { UsageError } from "./exit.ts";

/** One flag of a command: how it is written, what it takes, what help says. */
export interface Flag {
  /** What stands for the value in help; a flag without one is a switch. */
  readonly value?: string;
  readonly help: string;
  /** Printed in help; what the program does without the flag. */
  readonly fallback?: string;
  readonly short?: string;
  /** What it stands for when no value follows; without it a value must. */
  readonly optional?: string;
  /** What completion offers for its value. */
  readonly completes?: Completes;
}

/** Names that completion asks the running proxy for, or knows. */
export type NameKind = "api" | "broker" | "client" | "error" | "group" | "listener" | "connection" | "topic";

/** Words, the names of something, or files. */
export type Completes = readonly string[] | NameKind | "file";

/** An argument that is no flag: by its place. */
export interface Argument {
  /** In capitals, as help shows it. */
  readonly name: string;
  readonly required?: boolean;
  /** Given the arguments before it. */
  readonly completes?: Completes | ((before: readonly string[]) => Completes);
}

export type Flags = Readonly<Record<string, Flag>>;

/** The values given, by flag. Switches that were given are `"true"`. */
export type FlagValues<F extends Flags> = { readonly [K in keyof F]?: string };

/**
 * Reads the arguments of one command. Every fault is found, not just the first.
 * @throws UsageError naming each flag that is unknown (with the nearest one there is), given
 * twice, or without its value.
 */
export function readFlags<F extends Flags>(
  command: string,
  flags: F,
  args: readonly string[],
): FlagValues<F> {
  return readArguments(command, { flags }, args).values;
}

/** What a command line says. */
export interface Given<F extends Flags> {
  readonly values: FlagValues<F>;
  readonly positionals: readonly string[];
}

/** What a command takes. */
export interface Takes<F extends Flags> {
  readonly flags: F;
  /** In their order; those that are required come first. */
  readonly arguments?: readonly Argument[];
}

/** As `readFlags`, with arguments that are no flags. @throws UsageError as it does, and for those too many or too few */
export function readArguments<F extends Flags>(
  command: string,
  { flags, arguments: places = [] }: Takes<F>,
  args: readonly string[],
): Given<F> {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { value, short }]) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const), ...(short && { short }) },
    ]),
  );
  // Not strict: parseArgs would stop at the first fault, and could not suggest.
  const { tokens } = parseArgs({
    args: withOptionals(flags, args),
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const values: Record<string, string> = {};
  const faults: string[] = [];
  const positionals: string[] = [];
  let afterUnknown = false;
  for (const token of tokens) {
    // What follows an unknown flag is its value, most likely: one fault, not two.
    if (token.kind === "positional" && !afterUnknown) {
      if (positionals.length < places.length) positionals.push(token.value);
      else faults.push(`unexpected argument "${token.value}"`);
    }
    afterUnknown = false;
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const flag = flags[name];
    afterUnknown = flag === undefined && value === undefined;
    if (flag === undefined) faults.push(`unknown flag ${rawName}${suggestion(name, Object.keys(flags))}`);
    else if (name in values) faults.push(`${rawName} is given twice`);
    else if (flag.value !== undefined && isMissing(value))
      faults.push(`${rawName} needs a value: ${rawName} ${flag.value}`);
    else if (flag.value === undefined && value !== undefined) faults.push(`${rawName} takes no value`);
    else values[name] = value ?? "true";
  }
  if (values["help"] === undefined) {
    const missing = places.slice(positionals.length).filter(({ required }) => required);
    for (const { name } of missing) faults.push(`${name} is missing`);
  }
  if (faults.length > 0) {
    throw new UsageError(`${faults.join("; ")} (see: pagoda ${command} --help)`);
  }
  return { values, positionals };
}

/** Says what a flag stands for that needs no value, where none follows: parseArgs knows no such flags. */
function withOptionals(flags: Flags, args: readonly string[]): string[] {
  return args.map((arg, at) => {
    const { optional } = (arg.startsWith("--") && flags[arg.slice(2)]) || {};
    const next = args[at + 1];
    return optional === undefined || (next !== undefined && !next.startsWith("-"))
      ? arg
      : `${arg}=${optional}`;
  });
}

/** The lines that help prints for flags, aligned. */
export function flagHelp(flags: Flags): string {
  const rows = Object.entries(flags).map(([name, { value, help, fallback, short, optional }]) => ({
    left: `${short === undefined ? "" : `-${short}, `}--${name}${written(value, optional)}`,
    right: fallback === undefined ? help : `${help} [${fallback}]`,
  }));
  const width = Math.max(...rows.map(({ left }) => left.length));
  return rows.map(({ left, right }) => `  ${left.padEnd(width)}   ${right}`).join("\n");
}

/** A value that looks like the next flag is one that was forgotten: `--listen --upstream x`. */
function isMissing(value: string | undefined): boolean {
  return value === undefined || value === "" || value.startsWith("--");
}

function written(value: string | undefined, optional: string | undefined): string {
  if (value === undefined) return "";
  return optional === undefined ? ` ${value}` : ` [${value}]`;
}
