import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

/** Every code that a class of ours can have, as the source says it. */
function codesInSource(): readonly string[] {
  const files = globSync("packages/*/src/**/*.ts", {
    cwd: root,
    exclude: ["**/*.test.ts", "**/generated/**"],
  });
  const codes = files.flatMap((file) => {
    const source = readFileSync(join(root, file), "utf8");
    const unions = [...source.matchAll(/type \w+Code =([^;]+);/g)].map(([, union = ""]) => union).join();
    return [...matches(source, /readonly code(?:: string)? = "([A-Z_]+)"/g), ...matches(unions, /"([A-Z_]+)"/g)];
  });
  return [...new Set(codes)].toSorted();
}

function codesInDocument(): readonly string[] {
  const document = readFileSync(join(root, "docs/errors.md"), "utf8");
  return matches(document, /^\| `([A-Z_]+)` \|/gm).toSorted();
}

it("docs/errors.md lists every code once, and none that is gone", () => {
  expect(codesInDocument()).toEqual(codesInSource());
});

/** What the first group of each match captured. */
function matches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, captured = ""]) => captured);
}
