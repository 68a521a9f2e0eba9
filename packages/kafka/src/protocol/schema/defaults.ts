import { zeroUuid } from "../wire/text.ts";
import type { FieldSchema, Struct } from "./schema.ts";

/** A field's default, fresh on every call: its own, else its type's. */
export function defaultOf(field: FieldSchema): unknown {
  if (field.default !== undefined) return field.default;
  if (field.array === true) return [];
  switch (field.type as string) {
    case "bool":
      return false;
    case "int64":
      return 0n;
    case "string":
      return "";
    case "uuid":
      return zeroUuid;
    case "bytes":
      return new Uint8Array(0);
    case "records":
      return null;
    case "struct":
      return defaultStruct(field.fields ?? []);
    default:
      return 0;
  }
}

/** A struct with every field at its default. */
function defaultStruct(fields: readonly FieldSchema[]): Struct {
  const struct: Struct = {};
  for (const field of fields) struct[field.name] = defaultOf(field);
  return struct;
}

/** Does `value` equal the field's default, as Kafka compares: by content, null apart from empty? */
export function isDefault(field: FieldSchema, value: unknown): boolean {
  const standard = field.default;
  if (standard !== undefined) return value === standard;
  if (value === null || value === undefined) return field.type === "records" && field.array !== true;
  if (field.array === true) return (value as readonly unknown[]).length === 0;
  if (field.type === "bytes") return (value as Uint8Array).length === 0;
  if (field.type === "records") return false;
  if (field.type === "struct") return isDefaultStruct(field.fields ?? [], value as Struct);
  return value === defaultOf(field);
}

function isDefaultStruct(fields: readonly FieldSchema[], struct: Struct): boolean {
  const unknown = struct["unknownTaggedFields"] as readonly unknown[] | null | undefined;
  if (unknown !== null && unknown !== undefined && unknown.length > 0) return false;
  return fields.every((field) => isDefault(field, struct[field.name]));
}

/** What may be given of a message to `of`: any fields, at every level; the rest get defaults. */
export type Partially<T> = T extends bigint | number | string | boolean | null | undefined | Uint8Array
  ? T
  : T extends readonly (infer E)[]
    ? readonly Partially<E>[]
    : { readonly [K in keyof T]?: Partially<T[K]> };

/** `given` with every absent field at its default, at every level. */
export function complete(fields: readonly FieldSchema[], given: Struct): Struct {
  const struct: Struct = {};
  for (const field of fields) {
    const value = given[field.name];
    struct[field.name] = value === undefined ? defaultOf(field) : completeValue(field, value);
  }
  if (given["unknownTaggedFields"] !== undefined)
    struct["unknownTaggedFields"] = given["unknownTaggedFields"];
  return struct;
}

function completeValue(field: FieldSchema, value: unknown): unknown {
  const { fields } = field;
  if (fields === undefined || value === null) return value;
  if (field.array !== true) return complete(fields, value as Struct);
  return (value as readonly Struct[]).map((element) => complete(fields, element));
}
