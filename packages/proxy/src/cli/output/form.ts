import { UsageError } from "../exit.ts";
import { suggestion } from "../../text/suggestion.ts";
import { parseJsonPath, valuesAt } from "./json-path.ts";
import { safe, safeJson } from "./safe.ts";

/** What `-o` asks for: one of the names that a command has, or a way into its JSON. */
export type Form<Name extends string> =
  | { readonly kind: Name }
  | { readonly kind: "jsonpath"; readonly steps: ReturnType<typeof parseJsonPath> };

/**
 * Reads `-o`.
 * @param names of the forms that the command has, the one without `-o` first
 * @throws UsageError where it is none of them
 */
export function readForm<const Name extends string>(
  text: string | undefined,
  names: readonly [Name, ...Name[]],
  { jsonPath = true }: { readonly jsonPath?: boolean } = {},
): Form<Name> {
  if (text === undefined) return { kind: names[0] };
  const path = /^jsonpath=(.*)$/s.exec(text)?.[1];
  if (path !== undefined && jsonPath) return { kind: "jsonpath", steps: parseJsonPath(path) };
  const name = names.find((each) => each === text);
  if (name !== undefined) return { kind: name };
  const all = jsonPath ? [...names, "jsonpath=PATH"] : names;
  throw new UsageError(`-o must be ${all.join(", ")}, got "${text}"${suggestion(text, names, "")}`);
}

/** What a path leads to, a value a line: texts as they are, but safe; anything else as JSON. */
export function jsonPathText(value: unknown, steps: ReturnType<typeof parseJsonPath>): string {
  const found = valuesAt(value, steps);
  return found.map((each) => `${typeof each === "string" ? safe(each) : safeJson(each)}\n`).join("");
}
