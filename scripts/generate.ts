/**
 * Generates the Kafka messages: `npm run generate -- [--definitions DIR...] [--check]`.
 *
 * Definitions are the JSON files of `clients/src/main/resources/common/message` in Apache Kafka's
 * sources. Several folders are merged, newest release first. `--check` writes nothing and fails
 * when something would change.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

import { filesOf, messagesOf } from "../packages/kafka/generator/generate.ts";
import { readSchemaFile, writeSchemaFile } from "../packages/kafka/generator/schema-file.ts";

const root = join(import.meta.dirname, "..");
const schemaFile = join(root, "packages/kafka/generator/generated/schema.json");
const generated = join(root, "packages/kafka/src/protocol/generated");
const supportFile = join(root, "docs/kafka-support.md");
const shared = ["definitions", "definitions-data", "definitions-legacy"].map((name) =>
  join(root, "../shared/kafka", name),
);

interface Options {
  readonly definitions: readonly string[];
  readonly check: boolean;
}

function parse(args: readonly string[]): Options {
  const definitions: string[] = [];
  let check = false;
  let reading = false;
  for (const arg of args) {
    if (arg === "--check") check = true;
    else if (arg === "--definitions") reading = true;
    else if (reading && !arg.startsWith("-")) definitions.push(resolve(arg));
    else throw new Error(`unknown argument ${arg}; usage: generate [--definitions DIR...] [--check]`);
  }
  if (reading && definitions.length === 0) throw new Error("--definitions needs at least one folder");
  return { definitions, check };
}

/** Writes `text`, or only compares. */
function update(file: string, text: string, check: boolean, changed: string[]): void {
  const before = existsSync(file) ? readFileSync(file, "utf8") : null;
  if (before === text) return;
  changed.push(relative(root, file));
  if (check) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function main(): void {
  const { definitions, check } = parse(process.argv.slice(2));
  const changed: string[] = [];
  const folders =
    definitions.length > 0 || !shared.every((folder) => existsSync(folder)) ? definitions : shared;
  let schema: string;
  if (folders.length > 0) {
    schema = writeSchemaFile(messagesOf(folders));
    update(schemaFile, schema, check, changed);
  } else if (check) {
    schema = readFileSync(schemaFile, "utf8");
  } else {
    throw new Error(
      "no definitions: give --definitions DIR..., newest release first. In Apache Kafka's sources they are " +
        "clients/src/main/resources/common/message; take 3.9's beside a newer release's, which lacks the old versions",
    );
  }
  const { code, support } = filesOf(readSchemaFile(schema));
  for (const [name, text] of code) update(join(generated, name), text, check, changed);
  update(supportFile, support, check, changed);
  for (const name of existsSync(generated) ? readdirSync(generated) : []) {
    if (code.has(name)) continue;
    changed.push(relative(root, join(generated, name)));
    if (!check) rmSync(join(generated, name));
  }

  if (check && changed.length > 0) {
    throw new Error(`generated files are out of date, run \`npm run generate\`:\n  ${changed.join("\n  ")}`);
  }
  const from = folders.length > 0 ? "definitions" : "schema.json";
  console.log(`${code.size} modules from ${from}, ${changed.length} files changed`);
}

try {
  main();
} catch (error) {
  console.error(`generate: ${(error as Error).message}`);
  process.exitCode = 1;
}
