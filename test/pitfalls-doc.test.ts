import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const document = readFileSync(join(root, "docs/pitfalls.md"), "utf8");

/** The rows of the table under a heading, without its head. */
function rowsOf(heading: string): readonly string[] {
  const section = document.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(1);
}

/** Every test that a row names: `` `file` "name", "name" ``. */
function testsIn(row: string): { readonly file: string; readonly name: string }[] {
  return [...row.matchAll(/`([^`]+\.test\.ts)`((?:,? "[^"]+")+)/g)].flatMap(([, file = "", names = ""]) =>
    [...names.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => ({ file, name })),
  );
}

it("docs/pitfalls.md names tests that exist", () => {
  const named = rowsOf("Shown by tests").flatMap(testsIn);
  expect(named.length).toBeGreaterThan(20);
  const missing = named.filter(
    ({ file, name }) => !readFileSync(join(root, file), "utf8").includes(`"${name}"`),
  );
  expect(missing).toEqual([]);
});

it("docs/pitfalls.md has a test for every row that is said to have one, and a reason for every other", () => {
  expect(rowsOf("Shown by tests").filter((row) => testsIn(row).length === 0)).toEqual([]);
  expect(rowsOf("Not applicable").filter((row) => !/\| [^|]+ \| [^|]+ \|$/.test(row))).toEqual([]);
});
