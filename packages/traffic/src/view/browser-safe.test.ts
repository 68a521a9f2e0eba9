import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect, it } from "vitest";

it("imports nothing that browsers do not have", () => {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, from = ""] of readFileSync(file, "utf8").matchAll(/ from "([^"]+)";/g)) {
      expect(from, `imported by ${file}`).toMatch(/^\.\.?\//);
      visit(join(dirname(file), from));
    }
  };
  visit(join(import.meta.dirname, "index.ts"));
  expect(seen.size).toBeGreaterThan(10);
});
