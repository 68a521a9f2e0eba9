import type { Flags } from "../flags.ts";

/** A command's arguments, taken apart. */
export interface SplitArguments {
  /** What is no flag, in its order. */
  readonly operands: readonly string[];
  /** The flags with their values, as `readFlags` takes them. */
  readonly rest: readonly string[];
}

/**
 * Takes the operands out of a command's arguments. Operands are what is neither a flag nor the value
 * of one: also `-` (standard input), a negative number, and everything behind `--`.
 */
export function splitOperands(flags: Flags, args: readonly string[]): SplitArguments {
  const takesValue = (arg: string): boolean => {
    const name = arg.startsWith("--")
      ? arg.slice(2)
      : Object.keys(flags).find((one) => flags[one]?.short === arg.slice(1));
    return name !== undefined && flags[name]?.value !== undefined;
  };
  const operands: string[] = [];
  const rest: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === "--") {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (!arg.startsWith("-") || /^-\d*$/.test(arg)) operands.push(arg);
    else {
      rest.push(arg);
      const value = args[at + 1];
      if (takesValue(arg) && value !== undefined) {
        rest.push(value);
        at++;
      }
    }
  }
  return { operands, rest };
}
