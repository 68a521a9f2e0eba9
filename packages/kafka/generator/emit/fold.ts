import type { Range } from "../ranges.ts";

/** A piece of code that holds for versions from `from` on, up to where the next case begins. */
export interface Case {
  readonly from: number;
  readonly code: string;
}

/** What `at` says for each version of `range`, with neighbours that say the same folded into one. */
export function fold([first, last]: Range, at: (version: number) => string): Case[] {
  const cases: Case[] = [];
  for (let version = first; version <= last; version++) {
    const code = at(version);
    if (cases.at(-1)?.code !== code) cases.push({ from: version, code });
  }
  return cases;
}

/** The cases as one expression, newest versions first: `v >= 9 ? r.compactString() : r.string()`. */
export function expression(cases: readonly Case[]): string {
  return cases
    .map(({ from, code }, index) => (index === 0 ? code : `v >= ${from} ? ${code} : `))
    .toReversed()
    .join("");
}

/** The cases as statements, newest versions first; a case without code does nothing. */
export function statements(cases: readonly Case[], indent: string): string {
  const [oldest] = cases;
  if (oldest === undefined) return "";
  if (cases.length === 1) return oldest.code === "" ? "" : `${shift(oldest.code, indent)}\n`;
  const newest = cases.at(-1);
  if (newest?.code === "") {
    const rest = statements(cases.slice(0, -1), "").trimEnd();
    return `${indent}if (v < ${newest.from}) ${block(rest, indent)}\n`;
  }
  const branches = cases
    .slice(1)
    .map(({ from, code }) => `if (v >= ${from}) ${block(code, indent)}`)
    .toReversed();
  if (oldest.code !== "") branches.push(block(oldest.code, indent));
  return `${indent}${branches.join(`\n${indent}else `)}\n`;
}

function block(code: string, indent: string): string {
  if (code === "") return "{}";
  // An `if` of its own would take the `else` that follows.
  const needed = code.includes("\n") || code.startsWith("if ");
  return needed ? `{\n${shift(code, `${indent}  `)}\n${indent}}` : code;
}

/** `code` with every line indented. */
export function shift(code: string, indent: string): string {
  return code
    .split("\n")
    .map((line) => (line === "" ? line : indent + line))
    .join("\n");
}
