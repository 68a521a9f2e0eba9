// `npm run check [-- --no-tests]`: everything that must hold before a change goes in. All steps
// run, also after one that failed; the last line is `N passed, N failed`, counting steps.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";

interface Step {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  /** Shows its output as it comes, not only when it fails. */
  readonly loud?: boolean;
}

const root = join(import.meta.dirname, "..");
const node = [process.execPath, "--conditions=@pagoda/source"] as const;
const packages = globSync("packages/*/src/index.ts", { cwd: root }).map((index) => join(index, "../.."));

const steps: readonly Step[] = [
  { name: "format", command: ["oxfmt", "--check"] },
  { name: "lint", command: ["oxlint", "--type-aware"] },
  { name: "types", command: ["tsc", "-p", "."] },
  { name: "types of the dashboard", command: ["tsc", "-p", "packages/dashboard"] },
  { name: "generated code", command: [...node, "scripts/generate.ts", "--check"] },
  { name: "unused code and dependencies", command: ["knip"] },
  { name: "code in documents", command: [...node, "scripts/check/doc-snippets.ts"] },
  { name: "build", command: ["tsc", "-b", ...packages] },
  { name: "dashboard", command: ["vite", "build", "packages/dashboard", "--logLevel", "warn"] },
  { name: "size of the dashboard", command: [...node, "packages/dashboard/dev/measure.ts"] },
  // After the build: looks at what would be published.
  { name: "packages", command: [...node, "scripts/check/packages.ts", ...packages] },
];

const tests: Step = { name: "tests", command: [...node, "scripts/test.ts"], loud: true };

/** Runs a step; resolves with whether it passed. */
async function run({ name, command: [program, ...args], loud = false }: Step): Promise<boolean> {
  const startedAt = performance.now();
  const child = spawn(program, args, {
    cwd: root,
    stdio: loud ? "inherit" : ["ignore", "pipe", "pipe"],
    env: { ...process.env, PATH: `${join(root, "node_modules", ".bin")}:${process.env["PATH"]}` },
  });
  const output = Promise.all([readAll(child.stdout), readAll(child.stderr)]);
  const [code] = (await once(child, "close")) as [number | null];
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  if (code !== 0) console.log((await output).join(""));
  console.log(`${code === 0 ? "ok  " : "FAIL"} ${name} (${seconds} s)`);
  return code === 0;
}

async function readAll(stream: Readable | null): Promise<string> {
  return stream === null ? "" : text(stream);
}

const { values } = parseArgs({ options: { tests: { type: "boolean", default: true } }, allowNegative: true });
const failed: string[] = [];
let passed = 0;
for (const step of [...steps, ...(values.tests ? [tests] : [])]) {
  if (await run(step)) passed++;
  else failed.push(step.name);
}
if (failed.length > 0) console.log(`\nfailed: ${failed.join(", ")}`);
console.log(`${passed} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;
