import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";

/** What writes goldens, and all else that tests hold up to date, anew. */
const renewing = "PAGODA_WRITE_GOLDENS=1 npx vitest run --project unit packages/proxy/test";

const write = process.env["PAGODA_WRITE_GOLDENS"] === "1" && process.env["CI"] === undefined;

/** Fails unless a file has a text; on demand, and never in CI, writes it. */
export function expectFile(path: string, text: string): void {
  if (write) writeFileSync(path, text);
  let found: string | undefined;
  try {
    found = readFileSync(path, "utf8");
  } catch {
    // Told below.
  }
  expect(found, `${path} is stale; renew it: ${renewing}`).toBe(text);
}
