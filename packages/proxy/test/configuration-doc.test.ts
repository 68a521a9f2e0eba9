import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { loadConfig } from "../src/config/load.ts";
import { jsonSchema } from "../src/config/schema/json-schema.ts";
import type { JsonSchema } from "../src/config/schema/json-schema.ts";
import { expectFile } from "./generated.ts";

const path = join(import.meta.dirname, "../../../docs/configuration.md");
const document = readFileSync(path, "utf8");

describe("docs/configuration.md", () => {
  const examples = [...document.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = ""]) => text);

  it("has examples", () => expect(examples.length).toBeGreaterThan(2));

  it.each(examples)("has an example that loads: %s", async (text) => {
    const cwd = mkdtempSync(join(tmpdir(), "pagoda-doc-"));
    try {
      writeFileSync(join(cwd, "pagoda.yaml"), text);
      const env = { KAFKA_PASSWORD: "secret", ADMIN_TOKEN: "sixteen-characters" };
      await expect(loadConfig({ env, cwd })).resolves.toBeDefined();
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });

  it("shows a fault as it is printed", () => {
    const golden = readFileSync(join(import.meta.dirname, "gallery/11-unknown-layer.txt"), "utf8");
    const [first = "", ...rest] = golden.replaceAll("11-unknown-layer.yaml", "pagoda.yaml").split("\n");
    expect(document).toContain([first, ...rest.slice(0, 2)].join("\n"));
  });

  it("has every key of the schema, as the schema describes it", () => {
    const reference = ["| key | value | |", "|---|---|---|", ...rows(jsonSchema(), "")].join("\n");
    const markers = /(<!-- reference -->\n).*(<!-- \/reference -->)/s;
    expectFile(
      path,
      document.replace(markers, (_, begin: string, end: string) => `${begin}${reference}\n${end}`),
    );
  });
});

/** A row for each key below a node, in the order of the schema. */
function rows(node: JsonSchema, prefix: string): readonly string[] {
  const { properties = {}, required = [], additionalProperties, items, anyOf = [] } = node;
  const dot = prefix === "" ? "" : `${prefix}.`;
  return [
    ...Object.entries(properties).flatMap(([key, each]) => {
      const name = `\`${dot}${key}\``;
      const cells = [required.includes(key) ? `**${name}**` : name, form(each), each.description ?? ""];
      return [`| ${cells.join(" | ")} |`, ...rows(each, `${dot}${key}`)];
    }),
    ...(typeof additionalProperties === "object" ? rows(additionalProperties, `${dot}NAME`) : []),
    ...(items === undefined ? [] : rows(items, `${prefix}[N]`)),
    ...anyOf.flatMap((each) => rows(each, prefix)),
  ];
}

/** What a value looks like, in a few words. */
function form({
  type,
  enum: values,
  properties,
  items,
  anyOf,
  minimum,
  maximum,
  pattern,
}: JsonSchema): string {
  if (anyOf !== undefined) {
    const forms = anyOf.filter(({ $ref }) => $ref === undefined).map(form);
    return [...new Set(forms)].join(" or ");
  }
  if (values !== undefined) {
    return values.length > 10 ? "one of a list" : values.map((value) => `\`${String(value)}\``).join(", ");
  }
  if (properties !== undefined || type === "object") return "mapping";
  if (type === "array") return `list${items === undefined ? "" : ` of ${form(items)}`}`;
  if (type === "boolean") return "`true`, `false`";
  if (pattern?.includes("ms|s|m|h") === true)
    return pattern.includes("off") ? "duration or `off`" : "duration";
  if (type === "integer" || type === "number") {
    const most =
      typeof maximum === "number" && maximum < Number.MAX_SAFE_INTEGER ? `to ${maximum}` : "or more";
    return typeof minimum === "number" ? `${minimum} ${most}` : "number";
  }
  return "text";
}
