import { globSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { loadConfig } from "../src/config/load.ts";

const root = join(import.meta.dirname, "../../..");
const files = globSync("ops/**/pagoda.yaml", { cwd: root });

describe("the configurations that ship for operation", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pagoda-ops-"));
    await writeFile(join(folder, "secret"), "a secret of more than sixteen characters\n");
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("are there", () => {
    expect(files.length).toBeGreaterThanOrEqual(3);
  });

  it.each(files)("%s can be served", async (file) => {
    // Secrets are mounted where it runs; here one file stands for all of them.
    const text = await readFile(join(root, file), "utf8");
    const copy = join(folder, "pagoda.yaml");
    await writeFile(copy, text.replaceAll(/\$\{file:[^}]+\}/g, `\${file:${join(folder, "secret")}}`));
    const { config } = await loadConfig({ file: copy, env: {}, cwd: folder });
    expect(config.listeners.length).toBeGreaterThan(0);
  });
});
