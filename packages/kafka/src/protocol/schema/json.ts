import { defaultOf, isDefault } from "./defaults.ts";
import type { Problem } from "./explain.ts";
import { inRange } from "./schema.ts";
import type { FieldSchema, MessageSchema, Struct } from "./schema.ts";

/** What `JSON.parse` gives and `JSON.stringify` takes. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** JSON that is not this message: what {@link fromJson} throws, for its caller to dress up. */
export class JsonProblem extends Error implements Problem {
  readonly path: string;
  readonly reason: string;
  constructor(path: string, reason: string) {
    super(reason);
    this.path = path;
    this.reason = reason;
  }
}

/**
 * A message as Kafka's own tools print it: int64 as a number while it is exact, else as a decimal
 * string; bytes and records in base64; tagged fields only when they differ from their default.
 * Unknown tagged fields have no place in it.
 */
export function toJson(schema: MessageSchema, value: unknown, version: number): Json {
  return structToJson(schema.fields, value as Struct, version);
}

function structToJson(fields: readonly FieldSchema[], struct: Struct, version: number): Json {
  const json: Record<string, Json> = {};
  for (const field of fields) {
    if (!inRange(field.versions, version)) continue;
    const value = struct[field.name];
    if (inRange(field.tagged, version) && isDefault(field, value)) continue;
    json[field.name] = fieldToJson(field, value, version);
  }
  return json;
}

function fieldToJson(field: FieldSchema, value: unknown, version: number): Json {
  if (value === null) return null;
  if (field.array !== true) return valueToJson(field, value, version);
  return (value as readonly unknown[]).map((element) => valueToJson(field, element, version));
}

function valueToJson(field: FieldSchema, value: unknown, version: number): Json {
  switch (field.type as string) {
    case "struct":
      return structToJson(field.fields ?? [], value as Struct, version);
    case "int64": {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : String(value);
    }
    case "float64":
      return Number.isFinite(value) ? (value as number) : String(value);
    case "bytes":
    case "records": {
      const bytes = value as Uint8Array;
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
    }
    default:
      return value as Json;
  }
}

/**
 * The message that {@link toJson} printed. Absent tagged fields, and fields that the version does
 * not have, get their default.
 * @throws JsonProblem for a missing or unknown field, or a value of the wrong type.
 */
export function fromJson(schema: MessageSchema, json: unknown, version: number): Struct {
  return structFromJson(schema.fields, json, version, "");
}

function structFromJson(
  fields: readonly FieldSchema[],
  json: unknown,
  version: number,
  path: string,
): Struct {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new JsonProblem(path, "not an object");
  }
  const given = json as Struct;
  const prefix = path === "" ? "" : `${path}.`;
  const struct: Struct = {};
  let used = 0;
  for (const field of fields) {
    const value = given[field.name];
    const own = `${prefix}${field.name}`;
    if (value === undefined) {
      if (inRange(field.versions, version) && !inRange(field.tagged, version)) {
        throw new JsonProblem(own, "missing");
      }
      struct[field.name] = defaultOf(field);
    } else {
      if (!inRange(field.versions, version))
        throw new JsonProblem(own, `version ${version} does not have it`);
      struct[field.name] = fieldFromJson(field, value, version, own);
      used++;
    }
  }
  if (used !== Object.keys(given).length) {
    const unknown = Object.keys(given).find((name) => !fields.some((field) => field.name === name));
    if (unknown !== undefined) throw new JsonProblem(`${prefix}${unknown}`, "no such field");
  }
  return struct;
}

function fieldFromJson(field: FieldSchema, json: unknown, version: number, path: string): unknown {
  if (json === null) {
    if (!inRange(field.nullable, version)) throw new JsonProblem(path, `null in version ${version}`);
    return null;
  }
  if (field.array !== true) return valueFromJson(field, json, version, path);
  if (!Array.isArray(json)) throw new JsonProblem(path, "not an array");
  return json.map((element, index) => valueFromJson(field, element, version, `${path}[${index}]`));
}

function valueFromJson(field: FieldSchema, json: unknown, version: number, path: string): unknown {
  switch (field.type as string) {
    case "struct":
      return structFromJson(field.fields ?? [], json, version, path);
    case "bool":
      if (typeof json !== "boolean") throw new JsonProblem(path, "not a boolean");
      return json;
    case "string":
    case "uuid":
      if (typeof json !== "string") throw new JsonProblem(path, "not a string");
      return json;
    case "int64":
      return int64FromJson(json, path);
    case "float64":
      return float64FromJson(json, path);
    case "bytes":
    case "records":
      return bytesFromJson(json, path);
    default:
      if (typeof json !== "number") throw new JsonProblem(path, "not a number");
      return json;
  }
}

function int64FromJson(json: unknown, path: string): bigint {
  if (typeof json === "number" ? Number.isSafeInteger(json) : /^-?\d+$/.test(String(json))) {
    return BigInt(json as number | string);
  }
  throw new JsonProblem(path, "not an exact whole number");
}

function float64FromJson(json: unknown, path: string): number {
  if (typeof json === "number") return json;
  if (json === "NaN" || json === "Infinity" || json === "-Infinity") return Number(json);
  throw new JsonProblem(path, "not a number");
}

function bytesFromJson(json: unknown, path: string): Uint8Array {
  if (typeof json !== "string" || !/^[A-Za-z\d+/]*={0,2}$/.test(json) || json.length % 4 !== 0) {
    throw new JsonProblem(path, "not standard base64");
  }
  return new Uint8Array(Buffer.from(json, "base64"));
}
