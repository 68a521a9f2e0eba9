import { isPrimitive } from "../ir.ts";
import type { Field, Message } from "../ir.ts";
import { intersect, sameRange } from "../ranges.ts";
import type { Range } from "../ranges.ts";
import { roleOf } from "../roles.ts";

/** The message as data, a field a line. */
export function emitSchema(message: Message): string {
  return [
    `const schemaOf${message.name}: MessageSchema = {`,
    `  name: "${message.name}",`,
    `  apiKey: ${message.apiKey},`,
    `  versions: ${range(message.versions)},`,
    `  flexible: ${message.flexible === null ? "null" : range(message.flexible)},`,
    `  fields: ${fieldsOf(message, message.fields, message.name, "  ")},`,
    "};\n",
  ].join("\n");
}

function fieldsOf(message: Message, fields: readonly Field[], path: string, indent: string): string {
  if (fields.length === 0) return "[]";
  const lines = fields.map(
    (field) => `${indent}  ${fieldOf(message, field, `${path}.${field.name}`, `${indent}  `)},`,
  );
  return `[\n${lines.join("\n")}\n${indent}]`;
}

function fieldOf(message: Message, field: Field, path: string, indent: string): string {
  const struct = !isPrimitive(field.type);
  const parts = [`name: "${field.name}"`, `type: "${struct ? "struct" : field.type}"`];
  if (field.array) parts.push("array: true");
  parts.push(`versions: ${range(field.versions)}`);
  if (field.nullable !== null) parts.push(`nullable: ${range(field.nullable)}`);
  if (field.tagged !== null) parts.push(`tag: ${field.tag}`, `tagged: ${range(field.tagged)}`);
  if (!sameRange(field.flexible, intersect(message.flexible, field.versions))) {
    parts.push(`flexible: ${field.flexible === null ? "null" : range(field.flexible)}`);
  }
  if (field.default !== null) parts.push(`default: ${literal(field)}`);
  if (field.ignorable) parts.push("ignorable: true");
  const role = roleOf(path, field);
  if (role !== null) parts.push(`role: "${role}"`);
  if (struct) parts.push(`fields: ${fieldsOf(message, field.fields, path, indent)}`);
  return `{ ${parts.join(", ")} }`;
}

function literal(field: Field): string {
  if (field.default === "null") return "null";
  switch (field.type) {
    case "bool":
      return field.default === "true" ? "true" : "false";
    case "string":
    case "uuid":
      return JSON.stringify(field.default);
    case "int64":
      return `${BigInt(field.default ?? "0")}n`;
    default:
      return String(Number(field.default));
  }
}

function range([from, to]: Range): string {
  return `[${from}, ${to}]`;
}
