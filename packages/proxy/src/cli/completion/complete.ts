import type { Command } from "../commands/command.ts";
import type { Argument, Completes, Flag, NameKind } from "../flags.ts";

/** What may stand where the cursor is. */
export interface Candidates {
  readonly words: readonly string[];
  /** Names of files too: the shell knows them. */
  readonly files: boolean;
}

/** Knows names: those of Kafka, and those that the running proxy has seen. Must not reject. */
export type NamesOf = (kind: NameKind) => Promise<readonly string[]>;

/**
 * What completes the last word.
 * @param words those behind `pagoda` up to the cursor; the last is begun, perhaps empty
 */
export async function complete(
  commands: readonly Command[],
  words: readonly string[],
  namesOf: NamesOf,
): Promise<Candidates> {
  const [name = "", ...rest] = joined(words);
  if (rest.length === 0) return matching([...commands.map((each) => each.name), "help"], name);
  if (name === "help")
    return matching(
      commands.map((each) => each.name),
      rest.at(-1) ?? "",
    );
  const command = commands.find((each) => each.name === name);
  const current = rest.at(-1) ?? "";
  if (command === undefined) return { words: [], files: false };
  const { values, positionals } = taken(command, rest.slice(0, -1));

  const [, inline, begun = ""] = /^--([\w-]+)=(.*)$/s.exec(current) ?? [];
  const flag = inline === undefined ? values : command.flags[inline];
  if (flag !== undefined) {
    const found = await offered(flag.completes ?? choicesIn(flag), namesOf);
    const { words: fitting, files } = matching(found.words, inline === undefined ? current : begun);
    const prefix = inline === undefined ? "" : `--${inline}=`;
    return { words: fitting.map((word) => prefix + word), files: files || found.files };
  }
  if (current.startsWith("-")) return matching(flagNames(command), current);
  const place = command.arguments?.[positionals.length];
  if (place === undefined) return matching(flagNames(command), current);
  const found = await offered(ofArgument(place, positionals), namesOf);
  return { ...matching(found.words, current), files: found.files };
}

/** bash takes `--flag=value` for three words. */
function joined(words: readonly string[]): readonly string[] {
  const result: string[] = [];
  for (const word of words) {
    const before = result.at(-1);
    const afterEquals = before?.endsWith("=") === true && before.startsWith("--");
    if (before !== undefined && (afterEquals || (word === "=" && before.startsWith("--")))) {
      result[result.length - 1] = before + word;
    } else result.push(word);
  }
  return result;
}

/** The arguments given, and the flag whose value comes next. */
function taken(
  { flags }: Command,
  words: readonly string[],
): { readonly positionals: readonly string[]; readonly values: Flag | undefined } {
  const positionals: string[] = [];
  let values: Flag | undefined;
  for (const word of words) {
    const wasValue = values !== undefined;
    values = wasValue ? undefined : flagOf(flags, word);
    if (!wasValue && !word.startsWith("-")) positionals.push(word);
  }
  return { positionals, values };
}

/** The flag that a word is, where its value is the next word. */
function flagOf(flags: Command["flags"], word: string): Flag | undefined {
  const entry = Object.entries(flags).find(
    ([name, { short }]) => word === `--${name}` || word === `-${short}`,
  );
  return entry?.[1].value === undefined ? undefined : entry[1];
}

/** `ports|names` says what there is by itself. */
function choicesIn({ value = "" }: Flag): readonly string[] {
  return value.includes("|") ? value.split("|").filter((word) => /^[a-z0-9]+$/.test(word)) : [];
}

function ofArgument({ completes = [] }: Argument, before: readonly string[]): Completes {
  return typeof completes === "function" ? completes(before) : completes;
}

async function offered(completes: Completes, namesOf: NamesOf): Promise<Candidates> {
  if (completes === "file") return { words: [], files: true };
  const words = typeof completes === "string" ? await namesOf(completes) : completes;
  return { words: words.filter(isPlain), files: false };
}

/**
 * Names that a shell reads as they are. Others are chosen by clients, and would be typed into somebody's
 * command line: they are not offered at all.
 */
function isPlain(word: string): boolean {
  return /^[A-Za-z0-9_.@%+,/=-]+$/.test(word) && !word.startsWith("-");
}

function flagNames({ flags }: Command): readonly string[] {
  return Object.keys(flags).map((name) => `--${name}`);
}

function matching(words: readonly string[], begun: string): Candidates {
  return { words: words.filter((word) => word.startsWith(begun)), files: false };
}
