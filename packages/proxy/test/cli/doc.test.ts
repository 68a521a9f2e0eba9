import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { commands } from "../../src/cli/commands/table.ts";

const document = readFileSync(join(import.meta.dirname, "../../../../docs/command-line.md"), "utf8");
const blocks = [...document.matchAll(/^```text\n\$ pagoda ([^\n]*)\n(.*?)^```$/gms)].map(
  ([, line = "", shown = ""]) => ({ line, shown }),
);

/** The file that holds what a command line prints. */
function goldenOf(line: string, shown: string): string {
  if (shown.startsWith("No traffic yet.")) return "no-traffic";
  const help = /^(\w+) --help$/.exec(line)?.[1];
  const frame = /^top \((\w+)\)$/.exec(line)?.[1];
  if (help !== undefined) return `help-${help}`;
  return frame === undefined ? line.replaceAll(/[^\w-]+/g, "-") : `top-${frame}`;
}

describe("docs/command-line.md", () => {
  it.each(blocks)("shows what pagoda $line prints", ({ line, shown }) => {
    const golden = readFileSync(join(import.meta.dirname, "golden", `${goldenOf(line, shown)}.txt`), "utf8");
    expect(shown).toBe(golden);
  });

  it("has every command that looks at a proxy", () => {
    const named = commands.filter(({ group }) => group === "SEE").map(({ name }) => name);
    expect(blocks.map(({ line }) => line.split(" ")[0])).toEqual(expect.arrayContaining(named));
  });
});
