import { globSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { ConfigError } from "../src/config/fault.ts";
import { loadConfig } from "../src/config/load.ts";
import { expectFile } from "./generated.ts";

const folder = join(import.meta.dirname, "gallery");
const files = globSync("*.yaml", { cwd: folder }).toSorted();

describe("wrong configurations", () => {
  it("are at least 40, and none has lost its file", () => {
    expect(files.length).toBeGreaterThanOrEqual(40);
    const goldens = globSync("[0-9]*.txt", { cwd: folder }).toSorted();
    expect(goldens).toEqual(files.map((file) => file.replace(".yaml", ".txt")));
  });

  it.each(files)("%s is refused as its golden says", async (file) => {
    expectFile(join(folder, file.replace(".yaml", ".txt")), `${await refusal(file)}\n`);
  });

  it("never show a secret", async () => {
    for (const file of files) expect(await refusal(file)).not.toMatch(/hunter|1234|AAAA/);
  });
});

async function refusal(file: string): Promise<string> {
  const env = { HOST: "kafka", WORKERS: "many" };
  const error = await loadConfig({ file, env, cwd: folder }).catch((error: unknown) => error);
  if (!(error instanceof ConfigError)) throw new Error(`${file} was not refused`, { cause: error });
  return error.message.replaceAll(folder, "DIR");
}
