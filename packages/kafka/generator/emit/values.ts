import { isPrimitive } from "../ir.ts";
import type { Field, Message } from "../ir.ts";
import { structName } from "./model.ts";

const typeNames: Readonly<Record<string, string>> = {
  bool: "boolean",
  int64: "bigint",
  string: "string",
  uuid: "string",
  bytes: "Uint8Array",
  records: "Uint8Array",
};

/** The TypeScript type of one value, or one element, of the field. */
export function elementType(message: Message, field: Field): string {
  if (!isPrimitive(field.type)) return structName(message, field.type);
  return typeNames[field.type] ?? "number";
}

/** Can the field hold null, in some version or as its default? */
export function isNullable(field: Field): boolean {
  return field.nullable !== null || hasNullDefault(field);
}

/** The field's type in its interface. */
export function fieldType(message: Message, field: Field): string {
  const element = elementType(message, field);
  return (field.array ? `readonly ${element}[]` : element) + (isNullable(field) ? " | null" : "");
}

export function hasNullDefault(field: Field): boolean {
  if (field.default === "null") return true;
  return field.type === "records" && !field.array && field.default === null;
}

/** The field's default as an expression: fresh memory for what can be changed. */
export function defaultValue(message: Message, field: Field): string {
  if (hasNullDefault(field)) return "null";
  if (field.array) return "[]";
  switch (field.type) {
    case "bool":
      return field.default === "true" ? "true" : "false";
    case "string":
      return JSON.stringify(field.default ?? "");
    case "uuid":
      return field.default === null ? "zeroUuid" : JSON.stringify(field.default);
    case "bytes":
      return "new Uint8Array(0)";
    case "int64":
      return `${BigInt(field.default ?? "0")}n`;
    default:
      if (!isPrimitive(field.type)) return `default${structName(message, field.type)}()`;
      return String(Number(field.default ?? "0"));
  }
}

/** An expression that is true when `value` is not the field's default. */
export function differsFromDefault(message: Message, field: Field, value: string): string {
  if (hasNullDefault(field)) return `${value} !== null`;
  const orNull = isNullable(field) ? `${value} === null || ` : "";
  if (field.array || field.type === "bytes") {
    return orNull === "" ? `${value}.length !== 0` : `(${orNull}${value}.length !== 0)`;
  }
  if (isPrimitive(field.type)) return `${value} !== ${defaultValue(message, field)}`;
  const struct = `!isDefault${structName(message, field.type)}(${value})`;
  return orNull === "" ? struct : `(${orNull}${struct})`;
}

const reserved = new Set(
  (
    "break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if import in instanceof new null return super switch this throw true try typeof var void while with " +
    "let static yield await implements interface package private protected public arguments eval " +
    // Names that generated functions use themselves.
    "r v w x i tag size end left mark next unknown unknownTaggedFields list item"
  ).split(" "),
);

/** The local variable that holds the field. */
export function local(name: string): string {
  return reserved.has(name) ? `${name}_` : name;
}
