import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { loadConfig } from "../src/config/load.ts";
import { jsonSchema } from "../src/config/schema/json-schema.ts";
import { toSource } from "../src/config/write.ts";
import { expectFile } from "./generated.ts";

const folder = join(import.meta.dirname, "good");
const good = ["smallest.yaml", "one-service.json", "everything.yaml"];
const env = { KAFKA_PASSWORD: "another-password", ADMIN_TOKEN: "a-token-of-16-or-more" };

describe("good configurations", () => {
  it.each(good)("%s loads", async (file) => {
    const { config, source } = await loadConfig({ file, env, cwd: folder });
    expect(source).toBe(file);
    expect(config.listeners.length).toBeGreaterThan(0);
  });

  it.each(good)("%s means the same when it is written with nothing left to a default", async (file) => {
    const { config, hash } = await loadConfig({ file, env, cwd: folder });
    const temporary = mkdtempSync(join(tmpdir(), "pagoda-good-"));
    try {
      writeFileSync(join(temporary, "again.json"), JSON.stringify(toSource(config)));
      const again = await loadConfig({ file: "again.json", env: {}, cwd: temporary });
      expect(again.config).toEqual(config);
      expect(again.hash).toBe(hash);
    } finally {
      rmSync(temporary, { recursive: true });
    }
  });

  it("everything.yaml sets every key that there is", async () => {
    const whole = JSON.stringify(parse(readFileSync(join(folder, "everything.yaml"), "utf8")));
    const missing = keysOf(jsonSchema()).filter((key) => !whole.includes(`"${key}":`));
    expect(missing).toEqual(["$schema", "group", "software_version"]);
  });
});

describe("the JSON Schema", () => {
  it("is published as it is generated", () => {
    const path = join(import.meta.dirname, "../schema/pagoda.schema.json");
    expectFile(path, `${JSON.stringify(jsonSchema(), null, 2)}\n`);
  });

  const valid = new Ajv({ allErrors: true }).compile(jsonSchema());

  it.each(good)("takes %s", (file) => {
    valid(parse(readFileSync(join(folder, file), "utf8")));
    expect(valid.errors ?? []).toEqual([]);
  });

  it.each([
    "10-unknown-top-key",
    "11-unknown-layer",
    "13-missing-bootstrap",
    "15-bind-is-a-number",
    "16-durations",
    "17-counts",
    "19-enums",
    "20-unknown-api",
    "39-proxy-header",
    "46-mapping-for-a-list",
    "49-custom-layer-in-yaml",
    "58-rate-limit",
  ])("refuses %s, as the loader does", (name) => {
    const text = readFileSync(join(import.meta.dirname, "gallery", `${name}.yaml`), "utf8");
    expect(valid(parse(text))).toBe(false);
  });

  it("takes references where a number or a word is expected", () => {
    expect(valid({ workers: "${WORKERS}", log: { level: "${LEVEL:-info}" } })).toBe(true);
    expect(valid({ workers: "many" })).toBe(false);
  });
});

/** The names of all keys, wherever they stand. */
function keysOf(schema: unknown): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap(keysOf);
  if (typeof schema !== "object" || schema === null) return [];
  const properties: unknown = "properties" in schema ? schema.properties : {};
  const own = typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
  return [...new Set([...own, ...Object.values(schema).flatMap(keysOf)])];
}
