import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { ProxyConfig } from "../config/model.ts";
import { config } from "./config.ts";
import { exitCodeOf, lastWords } from "./exit.ts";
import { init } from "./init.ts";
import { validate } from "./validate.ts";

let folder = "";
let output = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pagoda-cli-"));
  output = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    output += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function file(text: string): string {
  const path = join(folder, "pagoda.yaml");
  writeFileSync(path, text);
  return path;
}

const good = "clusters: { prod: { bootstrap: kafka:9092 } }\n";

describe("pagoda validate", () => {
  it("builds what it read, and says what there is", async () => {
    const path = file(good);
    const built: [ProxyConfig, boolean][] = [];
    const build = async (config: ProxyConfig, { connect }: { readonly connect: boolean }): Promise<void> => {
      built.push([config, connect]);
    };
    expect(await validate(["-c", path, "--connect"], { build })).toBe(0);
    expect(output).toBe(`${path}: ok (1 listener, 1 cluster)\n`);
    expect(built).toMatchObject([[{ workers: 1 }, true]]);
  });

  it("ends with 78 and every fault where the file is wrong, and builds nothing", async () => {
    const path = file("clusters: { prod: {} }\nworkers: 0\n");
    const build = vi.fn<() => Promise<void>>();
    const error = await validate(["-c", path], { build }).catch((error: unknown) => error);
    expect(exitCodeOf(error)).toBe(78);
    expect(lastWords(error)).toContain("clusters.prod.bootstrap: is missing\n    1 | clusters");
    expect(lastWords(error)).toContain("workers: must be");
    expect(build).not.toHaveBeenCalled();
  });

  it("ends with 2 for flags that it does not know", async () => {
    const error = await validate(["--conect"], { build: async () => {} }).catch((error: unknown) => error);
    expect(exitCodeOf(error)).toBe(2);
    expect(lastWords(error)).toContain("did you mean --connect?");
  });
});

describe("pagoda config", () => {
  it("prints what was given, and with --effective all of it", async () => {
    const path = file(good);
    expect(await config(["print", "-c", path])).toBe(0);
    expect(output).toBe("clusters:\n  prod:\n    bootstrap: kafka:9092\n");
    output = "";
    await config(["print", "-c", path, "--effective", "--origin"]);
    expect(output).toContain("workers: 1 # default");
    expect(output).toContain(`- kafka:9092 # ${path}:1`);
  });

  it("prints the schema", async () => {
    await config(["schema"]);
    expect(JSON.parse(output)).toMatchObject({ $schema: "http://json-schema.org/draft-07/schema#" });
  });

  it("suggests what was meant", async () => {
    await expect(config(["pint"])).rejects.toThrow("did you mean pagoda config print?");
    await expect(config([])).rejects.toThrow("needs print or schema");
  });
});

describe("pagoda init", () => {
  it("writes a configuration that is right, and its schema", async () => {
    expect(await init([folder])).toBe(0);
    const path = join(folder, "pagoda.yaml");
    expect(readFileSync(path, "utf8")).toMatch(
      /^# yaml-language-server: \$schema=\.\/pagoda\.schema\.json\n/,
    );
    expect(JSON.parse(readFileSync(join(folder, "pagoda.schema.json"), "utf8"))).toHaveProperty(
      "definitions",
    );
    expect(await validate(["-c", path], { build: async () => {} })).toBe(0);
  });

  it("overwrites nothing", async () => {
    const path = file("mine");
    await expect(init([folder])).rejects.toThrow("is there already, and is left as it is");
    expect(readFileSync(path, "utf8")).toBe("mine");
    await expect(init(["--force"])).rejects.toThrow('unexpected argument "--force"');
  });
});
