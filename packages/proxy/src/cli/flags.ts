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
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { value, short }]) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const), ...(short && { short }) },
    ]),
  );
  // Not strict: parseArgs would stop at the first fault, and could not suggest.
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const values: Record<string, string> = {};
  const faults: string[] = [];
  let afterUnknown = false;
  for (const token of tokens) {
    // What follows an unknown flag is its value, most likely: one fault, not two.
    if (token.kind === "positional" && !afterUnknown) faults.push(`unexpected argument "${token.value}"`);
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
  if (faults.length > 0) {
    throw new UsageError(`${faults.join("; ")} (see: pagoda ${command} --help)`);
  }
  return values;
}

/** The lines that help prints for flags, aligned. */
export function flagHelp(flags: Flags): string {
  const rows = Object.entries(flags).map(([name, { value, help, fallback, short }]) => ({
    left: `${short === undefined ? "" : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`,
    right: fallback === undefined ? help : `${help} [${fallback}]`,
  }));
  const width = Math.max(...rows.map(({ left }) => left.length));
  return rows.map(({ left, right }) => `  ${left.padEnd(width)}   ${right}`).join("\n");
}

/** A value that looks like the next flag is one that was forgotten: `--listen --upstream x`. */
function isMissing(value: string | undefined): boolean {
  return value === undefined || value === "" || value.startsWith("--");
}
