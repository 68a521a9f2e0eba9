// Packs each package given as npm would publish it, and checks what is in it.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Packed {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** What must not be published. */
const unwanted = /\.(?:test|bench)\.|\.tsbuildinfo$/;

const folder = mkdtempSync(join(tmpdir(), "pagoda-pack-"));
try {
  const packages = process.argv.slice(2).map((name) => `./${name}`);
  const output = execFileSync("npm", ["pack", "--json", "--pack-destination", folder, ...packages]);
  for (const { name, filename, files } of JSON.parse(output.toString()) as Packed[]) {
    const surplus = files.filter(({ path }) => unwanted.test(path));
    for (const { path } of surplus) fail(`${name} would publish ${path}`);
    const tarball = join(folder, filename);
    run("publint", ["run", "--strict", tarball]);
    run("attw", ["--profile", "esm-only", "--no-emoji", "--no-color", tarball]);
  }
} finally {
  rmSync(folder, { recursive: true });
}

function run(program: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) fail(`${program} failed\n${stdout}${stderr}`);
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
