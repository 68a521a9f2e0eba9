/**
 * Runs the programs of this folder: `npm run bench` lists them, `npm run bench -- NAME` runs one,
 * `--json FILE` keeps its figures as well.
 */

import { readdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import type { Bench } from "./lib/bench.ts";
import { toMarkdown } from "./lib/print.ts";

const suffix = ".bench.ts";
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length))
  .toSorted();

async function load(name: string): Promise<Bench> {
  const program = (await import(join(import.meta.dirname, name + suffix))) as { bench: Bench };
  return program.bench;
}

async function list(): Promise<void> {
  console.log("usage: npm run bench -- NAME [--json FILE]\n");
  for (const name of names) console.log(`  ${name.padEnd(12)} ${(await load(name)).about}`);
}

async function run(name: string, json: string | undefined): Promise<void> {
  const bench = await load(name);
  const machine = {
    node: process.version,
    os: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
  };
  console.log(`${name}: ${bench.about}\n`);
  const report = await bench.run();
  console.log(`${toMarkdown(report)}\n`);
  console.log(`- Node ${machine.node}, ${machine.os}, ${machine.cores} cores, ${machine.cpu}`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ name, machine, ...report }, null, 2)}\n`);
}

function fail(message: string): never {
  console.error(`bench: ${message}`);
  process.exit(2);
}

function readArguments(): { name: string | undefined; json: string | undefined } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { json: { type: "string" } },
    });
    if (positionals.length > 1) fail(`one benchmark at a time, got ${positionals.join(", ")}`);
    return { name: positionals[0], json: values.json };
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

const { name, json } = readArguments();
if (name === undefined) await list();
else if (names.includes(name)) await run(name, json);
else fail(`no benchmark "${name}": there are ${names.join(", ")}`);
