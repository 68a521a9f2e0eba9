import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { commandHelp, overview } from "../../src/cli/commands/command.ts";
import { commands } from "../../src/cli/commands/table.ts";
import { complete } from "../../src/cli/completion/complete.ts";
import { completionScript, shells } from "../../src/cli/completion/scripts.ts";
import { readArguments } from "../../src/cli/flags.ts";

function golden(name: string): string {
  return join(import.meta.dirname, "golden", `${name}.txt`);
}

describe("help", () => {
  it("lists every command on one screen", async () => {
    const text = overview(commands);
    await expect(text).toMatchFileSnapshot(golden("help"));
    expect(text.split("\n").length).toBeLessThanOrEqual(40);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    for (const { name, summary } of commands) expect(text).toContain(`${name.padEnd(12)}${summary}`);
  });

  it.each(commands)("of $name has its flags and three examples", async (command) => {
    expect(command.examples.length).toBeGreaterThanOrEqual(3);
    await expect(commandHelp(command)).toMatchFileSnapshot(golden(`help-${command.name}`));
  });
});

describe("completion", () => {
  const names = async (kind: string) => [`${kind}-a`, `${kind}-b`, "$(reboot)", "a b", "-x", "a\x1b[2J"];
  const at = async (line: string) => {
    const found = await complete(commands, line.split(" "), names);
    return found.files ? [...found.words, ":files"] : found.words;
  };

  it("completes commands, flags, values and names", async () => {
    const lines = [
      "",
      "s",
      "he",
      "help st",
      "stat ",
      "stat t",
      "stat topics ",
      "stat topics topic-b",
      "stat topics -o ",
      "stat topics -o=",
      "stat topics --output=j",
      "stat topics --output = j",
      "stat -t ",
      "stat -w clients ",
      "stat -t 1m groups ",
      "tap --",
      "tap --api ",
      "tap --client ",
      "tap --error ",
      "tap --diagram ",
      "run --protocol ",
      "run -c ",
      "validate --config ",
      "completion ",
      "loglevel d",
      "no-such ",
    ];
    const answers = await Promise.all(
      lines.map(async (line) => `pagoda ${line}\n  ${(await at(line)).join(" ")}\n`),
    );
    await expect(answers.join("")).toMatchFileSnapshot(golden("completion"));
  });

  it("offers no name that a shell would act on", async () => {
    expect(await at("tap --topic ")).toEqual(["topic-a", "topic-b"]);
  });

  it.each(shells)("has a script for %s", async (shell) => {
    await expect(completionScript(shell)).toMatchFileSnapshot(golden(`completion-${shell}`));
  });

  it("works in bash", () => {
    const script = `${completionScript("bash")}
      pagoda() { printf '%s\\n' "$*" --output=json; }
      COMP_WORDS=(pagoda stat topics --out); COMP_CWORD=3
      _pagoda
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(spawnSync("bash", ["-n"], { input: script }).status).toBe(0);
    const { stdout } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
    expect(stdout).toBe("__complete -- stat topics --out\njson\n");
  });
});

describe("readArguments", () => {
  const takes = {
    flags: { error: { value: "NAME", optional: "any", help: "" }, topic: { value: "T", help: "" } },
    arguments: [{ name: "KIND", required: true }, { name: "NAME" }],
  } as const;

  it("takes arguments by their place, among flags", () => {
    expect(readArguments("x", takes, ["a", "--topic", "t", "b"])).toEqual({
      values: { topic: "t" },
      positionals: ["a", "b"],
    });
  });

  it("names those that are missing, and those too many", () => {
    expect(() => readArguments("x", takes, [])).toThrow("KIND is missing (see: pagoda x --help)");
    expect(() => readArguments("x", takes, ["a", "b", "c"])).toThrow('unexpected argument "c"');
  });

  it("takes a flag without its value where it has a meaning of its own", () => {
    expect(readArguments("x", takes, ["a", "--error", "--topic", "t"]).values.error).toBe("any");
    expect(readArguments("x", takes, ["a", "--error"]).values.error).toBe("any");
    expect(readArguments("x", takes, ["a", "--error", "E"]).values.error).toBe("E");
  });
});
