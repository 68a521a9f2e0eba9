// Type-checks every fenced `ts` block of the documents, each as a module of its own.

import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { snippetsOf } from "./snippets.ts";

const root = join(import.meta.dirname, "..", "..");
const folder = join(root, ".doc-snippets");
const documents = globSync(["*.md", "docs/**/*.md", "{packages,examples}/*/*.md"], {
  cwd: root,
  exclude: ["CHANGELOG.md"],
});

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
const snippets = documents.flatMap((name) => snippetsOf(name, readFileSync(join(root, name), "utf8")));
for (const { file, code } of snippets) writeFileSync(join(folder, file), code);
writeFileSync(
  join(folder, "tsconfig.json"),
  JSON.stringify({
    extends: "../tsconfig.base.json",
    compilerOptions: { noEmit: true, rewriteRelativeImportExtensions: false },
    include: ["*.ts"],
  }),
);
if (snippets.length === 0) {
  console.log(`no ts block in ${documents.length} documents`);
} else {
  const { status } = spawnSync("tsc", ["-p", folder], { cwd: root, stdio: "inherit" });
  console.log(`${snippets.length} ts blocks in ${documents.length} documents`);
  process.exitCode = status ?? 1;
}
