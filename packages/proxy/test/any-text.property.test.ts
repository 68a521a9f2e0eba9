import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, it } from "vitest";

import { ConfigError } from "../src/config/fault.ts";
import { loadConfig } from "../src/config/load.ts";

const whole = readFileSync(join(import.meta.dirname, "good/everything.yaml"), "utf8").replace(
  "${file:password}",
  "hunter2",
);
const env = { KAFKA_PASSWORD: "hunter2", ADMIN_TOKEN: "hunter2-hunter2-hunter2" };

it("is a configuration or has faults, and shows no secret, whatever is written", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "pagoda-any-"));
  // One edit: something of the text is replaced by something else.
  const edit = fc.record({
    at: fc.nat(whole.length),
    length: fc.nat(12),
    by: fc.oneof(
      fc.string({ maxLength: 4 }),
      fc.constantFrom("\n", "  ", "\t", ": ", "{", "]", '"', "- ", "&a ", "*a", "${"),
    ),
  });
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        let text = whole;
        for (const { at, length, by } of edits) {
          const cut = text.slice(at, at + length);
          // What cuts the secret or its key apart makes it something else.
          if (/passw|hunter|sasl/.test(text.slice(Math.max(0, at - 20), at + length + 20))) continue;
          text = text.slice(0, at) + by + text.slice(at + cut.length);
        }
        writeFileSync(join(cwd, "pagoda.yaml"), text);
        const error = await loadConfig({ env, cwd }).then(
          (loaded) => {
            expect(loaded.print({ origins: true })).not.toContain("hunter2");
            return undefined;
          },
          (error: unknown) => error,
        );
        if (error === undefined) return;
        expect(error).toBeInstanceOf(ConfigError);
        expect((error as ConfigError).faults.length).toBeGreaterThan(0);
        expect((error as ConfigError).message).not.toContain("hunter2");
      }),
      { numRuns: 150 },
    );
  } finally {
    rmSync(cwd, { recursive: true });
  }
});
