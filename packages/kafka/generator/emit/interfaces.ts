import type { Field, Message } from "../ir.ts";
import { isPrimitive } from "../ir.ts";
import { sameRange, showRange } from "../ranges.ts";
import { roleOf } from "../roles.ts";
import type { EmitStruct } from "./model.ts";
import { fieldType } from "./values.ts";

/** The interface of a struct, a doc line a field: type, versions, nullability, default, tag. */
export function emitInterface(
  message: Message,
  struct: EmitStruct,
  paths: ReadonlyMap<Field, string>,
): string {
  const isMessage = struct.name === message.name;
  const versions = showRange(struct.versions);
  const lines = [
    isMessage
      ? `/** ${message.name}, ${describe(message)}. */`
      : `/** A struct of ${message.name}, versions ${versions}. */`,
    `export interface ${struct.name} {`,
  ];
  for (const field of struct.fields) {
    lines.push(`  /** ${docOf(message, struct, field, paths.get(field) ?? "")} */`);
    lines.push(`  readonly ${field.name}: ${fieldType(message, field)};`);
  }
  if (message.flexible !== null) {
    lines.push("  /** Tagged fields that this codec does not know. */");
    lines.push("  readonly unknownTaggedFields?: readonly UnknownTaggedField[] | null;");
  }
  return `${lines.join("\n")}\n}\n`;
}

function describe(message: Message): string {
  const parts = [`versions ${showRange(message.versions)}`];
  if (message.flexible !== null) {
    const flexible = showRange(message.flexible, message.versions[1]);
    parts.push(sameRange(message.flexible, message.versions) ? "all flexible" : `flexible ${flexible}`);
  }
  if (message.unstable !== null) parts.push(`${message.unstable} unstable`);
  return parts.join(", ");
}

function docOf(message: Message, struct: EmitStruct, field: Field, path: string): string {
  const last = message.versions[1];
  const type = isPrimitive(field.type) ? field.type : "struct";
  const parts = [field.array ? `array of ${type}` : type];
  if (!sameRange(field.versions, struct.versions)) parts.push(`versions ${showRange(field.versions, last)}`);
  if (field.nullable !== null) {
    const always = sameRange(field.nullable, field.versions);
    parts.push(always ? "nullable" : `nullable ${showRange(field.nullable, last)}`);
  }
  if (field.default !== null) parts.push(`default ${field.default === "" ? '""' : field.default}`);
  if (field.tagged !== null) parts.push(`tag ${field.tag}`);
  const role = roleOf(path, field);
  return parts.join(", ") + (role === null ? "." : `; ${words(role)}.`);
}

/** `brokerId`: "a broker id". */
function words(role: string): string {
  const text = role.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${/^[aeiou]/.test(text) ? "an" : "a"} ${text}`;
}
