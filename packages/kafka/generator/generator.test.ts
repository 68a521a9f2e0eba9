import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { withoutComments } from "./definition.ts";
import type { Definition, DefinitionField } from "./definition.ts";
import { filesOf, messagesOf } from "./generate.ts";
import { fieldsOf } from "./ir.ts";
import type { Message } from "./ir.ts";
import { parseRange, showRange, subtract, union } from "./ranges.ts";
import { readSchemaFile, writeSchemaFile } from "./schema-file.ts";

const schemaFile = join(import.meta.dirname, "generated/schema.json");
const generated = join(import.meta.dirname, "../src/protocol/generated");

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "generator-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const one: DefinitionField = { name: "One", type: "int32", versions: "0+" };

function request(changes: Partial<Definition>): Definition {
  return {
    apiKey: 900,
    type: "request",
    name: "NewRequest",
    validVersions: "0-2",
    flexibleVersions: "1+",
    fields: [one],
    ...changes,
  };
}

/** Writes each release's definitions into a folder of its own; newest first. */
function merged(...releases: readonly (readonly Definition[])[]): Message[] {
  const folders = releases.map((definitions) => {
    const path = mkdtempSync(join(folder, "release-"));
    for (const definition of definitions) {
      const text = `// A comment\n${JSON.stringify(definition)}`;
      writeFileSync(join(path, `${definition.name}.json`), text);
    }
    return path;
  });
  return messagesOf(folders);
}

function only(messages: readonly Message[]): Message {
  expect(messages).toHaveLength(1);
  return messages[0] as Message;
}

/** `name versions` of every field. */
function shape(message: Message): string[] {
  return [...fieldsOf(message.fields)].map(({ path, field }) => `${path} ${showRange(field.versions)}`);
}

describe("what is checked in", () => {
  it("is what the generator makes of schema.json, byte for byte", () => {
    const { code, support } = filesOf(readSchemaFile(readFileSync(schemaFile, "utf8")));
    expect(readdirSync(generated).toSorted()).toEqual([...code.keys()].toSorted());
    for (const [name, text] of code) expect(readFileSync(join(generated, name), "utf8")).toBe(text);
    expect(readFileSync(join(import.meta.dirname, "../../../docs/kafka-support.md"), "utf8")).toBe(support);
  });

  it("is read from schema.json as it was written", () => {
    const text = readFileSync(schemaFile, "utf8");
    expect(writeSchemaFile(readSchemaFile(text))).toBe(text);
  });
});

describe("definitions", () => {
  it("may have comments anywhere outside strings", () => {
    const text = '{ // "a"\n "b": "c // d", "e": "\\"// f" // g\n}';
    expect(JSON.parse(withoutComments(text))).toEqual({ b: "c // d", e: '"// f' });
  });

  it("may be untidy: tags as text, defaults as numbers, spaces in types, names in lower case", () => {
    const message = only(
      merged([
        request({
          fields: [
            { name: "one", type: "[] int32", versions: "0+" },
            { name: "Two", type: "int64", versions: "1+", default: -1, tag: "0", taggedVersions: "1+" },
          ],
        }),
      ]),
    );
    expect(message.fields).toMatchObject([
      { name: "one", type: "int32", array: true },
      { name: "two", default: "-1", tag: 0 },
    ]);
  });

  it("limit a field to the versions of the struct around it, and of the message", () => {
    const inner: DefinitionField = { name: "Inner", type: "int8", versions: "0-1" };
    const outer: DefinitionField = { name: "Outer", type: "[]Thing", versions: "1+", fields: [inner] };
    expect(shape(only(merged([request({ fields: [outer] })])))).toEqual(["outer 1-2", "outer.inner 1"]);
  });

  it("may share a struct", () => {
    const commonStructs = [{ name: "Thing", versions: "0+", fields: [one] }];
    const fields: DefinitionField[] = [
      { name: "A", type: "Thing", versions: "0+" },
      { name: "B", type: "[]Thing", versions: "2+" },
    ];
    const message = only(merged([request({ commonStructs, fields })]));
    expect(shape(message)).toEqual(["a 0-2", "a.one 0-2", "b 2", "b.one 0-2"]);
  });

  it.each([
    ["a type that does not exist", { type: "int7" }, 'one: unknown type "int7"'],
    ["a struct that is not defined", { type: "Thing" }, "one: struct Thing is not defined"],
    ["arrays of arrays", { type: "[][]int8" }, "one: nested arrays"],
    ["a tag without its versions", { tag: 0 }, "one: tag and taggedVersions go together"],
    ["a tagged field before flexible versions", { tag: 0, taggedVersions: "0+" }, "one: is tagged in 0-2"],
    ["a range that is none", { versions: "1 to 3" }, 'one: not a version range: "1 to 3"'],
  ])("fail with the field's path on %s", (_, change, message) => {
    expect(() => merged([request({ fields: [{ ...one, ...change }] })])).toThrow(`NewRequest: ${message}`);
  });
});

describe("the releases together", () => {
  it("have the versions that the newer one removed, with the fields that only they had", () => {
    const newer = request({
      validVersions: "2-3",
      fields: [one, { name: "New", type: "int8", versions: "3+" }],
    });
    const old: DefinitionField = { name: "Old", type: "string", versions: "0-1" };
    const older = request({ validVersions: "0-2", fields: [old, one] });
    const message = only(merged([newer], [older]));
    expect(message.versions).toEqual([0, 3]);
    expect(shape(message)).toEqual(["old 0-1", "one 0-3", "new 3"]);
  });

  it("have the messages that the newer one removed altogether", () => {
    const gone = request({ validVersions: "none", fields: [] });
    expect(only(merged([gone], [request({})])).versions).toEqual([0, 2]);
  });

  it("leave out what was unstable and then withdrawn", () => {
    const newer = request({ validVersions: "2" });
    const older = request({ validVersions: "0-1", latestVersionUnstable: true });
    expect(() => merged([newer], [older])).toThrow("versions 2 and 0 leave a gap");
    const empty = request({ validVersions: "0", latestVersionUnstable: true });
    expect(only(merged([newer], [empty])).versions).toEqual([2, 2]);
  });

  it("have to agree on the bytes of a version, not on its names", () => {
    const renamed = request({ fields: [{ ...one, name: "Uno" }] });
    expect(shape(only(merged([renamed], [request({})])))).toEqual(["uno 0-2"]);
    const other = request({ fields: [{ ...one, type: "int64" }] });
    expect(() => merged([other], [request({})])).toThrow("NewRequest: version 0 differs between the folders");
  });

  it("cannot have fields in two orders", () => {
    const two: DefinitionField = { name: "Two", type: "int32", versions: "0+" };
    const newer = request({ validVersions: "2", fields: [two, one] });
    const older = request({ validVersions: "0-1", fields: [one, two] });
    expect(() => merged([newer], [older])).toThrow("two: stands in another order");
  });
});

describe("a new field that looks like", () => {
  it.each([
    ["a host", { name: "AdvertisedHost", type: "string" }],
    ["a port", { name: "TlsPort", type: "uint16" }],
    ["an address", { name: "BrokerAddress", type: "bytes" }],
    ["an endpoint", { name: "Endpoint", type: "string" }],
    ["a topic", { name: "TopicNames", type: "[]string" }],
    ["a topic's id", { name: "SourceTopic", type: "uuid" }],
    ["a group", { name: "GroupId", type: "string" }],
    ["a name of anything", { name: "Name", type: "string" }],
  ])("%s fails the generator with its path", (_, field) => {
    const inner = { ...field, versions: "0+" };
    const fields: DefinitionField[] = [{ name: "Nodes", type: "[]Node", versions: "0+", fields: [inner] }];
    const name = field.name.charAt(0).toLowerCase() + field.name.slice(1);
    expect(() => merged([request({ fields })])).toThrow(`NewRequest.nodes.${name}`);
  });

  it("one but says what it is is taken", () => {
    const fields: DefinitionField[] = [
      { name: "Name", type: "string", versions: "0+", entityType: "topicName" },
      { name: "TopicId", type: "uuid", versions: "0+" },
    ];
    expect(only(merged([request({ fields })])).fields).toHaveLength(2);
  });
});

describe("version ranges", () => {
  it("are read as the definitions write them", () => {
    expect(["3", "3-7", "3+", "none", ""].map((text) => parseRange(text, [9, 9]))).toEqual([
      [3, 3],
      [3, 7],
      [3, 0x7fff],
      null,
      [9, 9],
    ]);
  });

  it("leave what is on either side of what is taken away", () => {
    expect(subtract([0, 9], [3, 5])).toEqual([
      [0, 2],
      [6, 9],
    ]);
    expect(subtract([0, 9], [0, 9])).toEqual([]);
  });

  it("join only without a gap", () => {
    expect(union([0, 2], [3, 5])).toEqual([0, 5]);
    expect(() => union([0, 1], [3, 5])).toThrow("leave a gap");
  });
});
