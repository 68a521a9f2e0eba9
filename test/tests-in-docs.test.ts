import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

/** The rows of the tables under a heading, without their heads. */
function rowsOf(document: string, heading: string): readonly string[] {
  const section = document.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const lines = section.split("\n");
  return lines.filter((line, at) => line.startsWith("| ") && lines[at + 1]?.startsWith("|---") !== true);
}

/** Every test that a row names: `` `file` "name", "name" ``. */
function testsIn(row: string): { readonly file: string; readonly name: string }[] {
  return [...row.matchAll(/`([^`]+\.test\.ts)`((?:,? "[^"]+")+)/g)].flatMap(([, file = "", names = ""]) =>
    [...names.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => ({ file, name })),
  );
}

describe.each([
  ["docs/pitfalls.md", "Shown by tests"],
  ["docs/threat-model.md", "Attacks"],
  ["docs/features.md", "Shown by tests"],
])("%s", (file, heading) => {
  const rows = rowsOf(readFileSync(join(root, file), "utf8"), heading);

  it("names tests that exist", () => {
    const named = rows.flatMap(testsIn);
    expect(named.length).toBeGreaterThan(20);
    const missing = named.filter(({ file, name }) => {
      return !readFileSync(join(root, file), "utf8").includes(`"${name}"`);
    });
    expect(missing).toEqual([]);
  });

  it("has a test for every row", () => {
    expect(rows.filter((row) => testsIn(row).length === 0)).toEqual([]);
  });
});

it("docs/pitfalls.md has a reason for every row that does not apply", () => {
  const rows = rowsOf(readFileSync(join(root, "docs/pitfalls.md"), "utf8"), "Not applicable");
  expect(rows.filter((row) => !/\| [^|]+ \| [^|]+ \|$/.test(row))).toEqual([]);
});
