import { inRange } from "./schema.ts";
import type { FieldSchema, MessageSchema, Struct } from "./schema.ts";
import { isDefault } from "./defaults.ts";
import type { UnknownTaggedField } from "../wire/reader.ts";

/** What keeps a value from being a message of some version. */
export interface Problem {
  /** Field names and indices: `topics[0].name`. Empty: the message as a whole. */
  readonly path: string;
  readonly reason: string;
}

/** Everything that keeps `value` from being encoded as `version`; nothing if it can be. */
export function* problemsOf(schema: MessageSchema, value: unknown, version: number): Generator<Problem> {
  yield* ofStruct(schema.fields, value, "", { version, flexible: inRange(schema.flexible, version) });
}

interface Scope {
  readonly version: number;
  readonly flexible: boolean;
}

function* ofStruct(
  fields: readonly FieldSchema[],
  value: unknown,
  path: string,
  scope: Scope,
): Generator<Problem> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    yield { path, reason: `${show(value)} where a struct is needed` };
    return;
  }
  const struct = value as Struct;
  for (const field of fields) {
    const own = path === "" ? field.name : `${path}.${field.name}`;
    yield* ofField(field, struct[field.name], own, scope);
  }
  yield* ofUnknown(fields, struct["unknownTaggedFields"], path, scope);
}

function* ofField(field: FieldSchema, value: unknown, path: string, scope: Scope): Generator<Problem> {
  const { version } = scope;
  if (value === undefined) {
    if (field.ignorable === true && !inRange(field.versions, version)) return;
    yield { path, reason: "missing: `of` fills in defaults" };
  } else if (!inRange(field.versions, version)) {
    if (field.ignorable !== true && !isDefault(field, value)) {
      yield { path, reason: `version ${version} does not have it, and it is not at its default` };
    }
  } else if (value === null) {
    if (!inRange(field.nullable, version))
      yield { path, reason: `null is not allowed in version ${version}` };
  } else if (field.array === true) {
    if (!Array.isArray(value)) {
      yield { path, reason: `${show(value)} where an array is needed` };
      return;
    }
    for (const [index, element] of value.entries()) {
      yield* ofValue(field, element, `${path}[${index}]`, scope);
    }
  } else {
    yield* ofValue(field, value, path, scope);
  }
}

function* ofValue(field: FieldSchema, value: unknown, path: string, scope: Scope): Generator<Problem> {
  if (field.type === "struct") yield* ofStruct(field.fields ?? [], value, path, scope);
  else if (!isValid[field.type](value)) yield { path, reason: `${show(value)} is not a valid ${field.type}` };
}

function* ofUnknown(
  fields: readonly FieldSchema[],
  value: unknown,
  path: string,
  scope: Scope,
): Generator<Problem> {
  if (value === null || value === undefined) return;
  const own = path === "" ? "unknownTaggedFields" : `${path}.unknownTaggedFields`;
  if (!Array.isArray(value)) {
    yield { path: own, reason: `${show(value)} where an array is needed` };
    return;
  }
  if (value.length > 0 && !scope.flexible) {
    yield { path: own, reason: `version ${scope.version} has no tagged fields` };
  }
  for (const [index, field] of (value as Partial<UnknownTaggedField>[]).entries()) {
    const { tag, data } = field;
    if (typeof tag !== "number" || !(tag >= 0 && (tag | 0) === tag)) {
      yield { path: `${own}[${index}].tag`, reason: `${show(tag)} is not a valid tag` };
    } else if (fields.some((known) => known.tag === tag && inRange(known.tagged, scope.version))) {
      yield { path: `${own}[${index}].tag`, reason: `tag ${tag} is a known field` };
    }
    if (!(data instanceof Uint8Array)) {
      yield { path: `${own}[${index}].data`, reason: `${show(data)} is not bytes` };
    }
  }
}

const maxStringBytes = 0x7fff;

function whole(least: number, most: number): (value: unknown) => boolean {
  return (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array;
}

const isValid: Readonly<Record<Exclude<FieldSchema["type"], "struct">, (value: unknown) => boolean>> = {
  bool: (value) => typeof value === "boolean",
  int8: whole(-0x80, 0x7f),
  int16: whole(-0x8000, 0x7fff),
  uint16: whole(0, 0xffff),
  int32: whole(-0x8000_0000, 0x7fff_ffff),
  uint32: whole(0, 0xffff_ffff),
  int64: (value) => typeof value === "bigint" && BigInt.asIntN(64, value) === value,
  float64: (value) => typeof value === "number",
  string: (value) => typeof value === "string" && Buffer.byteLength(value) <= maxStringBytes,
  uuid: (value) => typeof value === "string" && /^[\w-]{21}[AQgw]$/.test(value),
  bytes: isBytes,
  records: isBytes,
};

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
  return String(value);
}
