import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

const program = join(import.meta.dirname, "../scripts/test.ts");

describe("npm test", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pagoda-test-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs one test file, written with vitest's globals, as `npm test` would. */
  function run(source: string): { status: number | null; lastLines: (count: number) => string[] } {
    writeFileSync(join(folder, "one.test.ts"), source);
    const args = [program, "--root", folder, "--globals"];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
    return { status, lastLines: (count) => stdout.trimEnd().split("\n").slice(-count) };
  }

  it("ends with what passed, and exit code 0", () => {
    const { status, lastLines } = run(`it("a", () => {}); it("b", () => {}); it.skip("c", () => {});`);
    expect([status, ...lastLines(1)]).toEqual([0, "2 passed, 0 failed"]);
  });

  it("counts what fails in a test, a hook and outside both", () => {
    const { status, lastLines } = run(`
      describe("hook", () => { beforeAll(() => { throw new Error("hook"); }); it("a", () => {}); });
      it("fails", () => { throw new Error("test"); });
      it("passes", () => { void Promise.reject(new Error("outside")); });`);
    expect([status, ...lastLines(1)]).toEqual([1, "1 passed, 3 failed"]);
  });

  it.each([
    ["a file does not load", `import "./missing.ts";`],
    ["a worker is killed", `it("dies", () => process.kill(process.pid, "SIGKILL"));`],
    ["there is no test", ``],
  ])("counts one failure when %s", (_, source) => {
    const { status, lastLines } = run(source);
    expect([status, ...lastLines(1)]).toEqual([1, "0 passed, 1 failed"]);
  });

  it("says in one line what a skipped suite needs", () => {
    const { status, lastLines } = run(
      `describe("suite", () => { it("x", (t) => t.skip("kcat missing: apt-get install kcat")); });`,
    );
    expect([status, ...lastLines(2)]).toEqual([
      0,
      `SKIPPED "suite": kcat missing: apt-get install kcat, and then: npm test -- one.test.ts`,
      "0 passed, 0 failed",
    ]);
  });
});
