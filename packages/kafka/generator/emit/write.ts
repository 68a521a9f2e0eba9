import { isPrimitive } from "../ir.ts";
import type { Field, Message } from "../ir.ts";
import { contains, intersect } from "../ranges.ts";
import { fold, shift, statements } from "./fold.ts";
import { structName, taggedFields } from "./model.ts";
import type { EmitStruct } from "./model.ts";
import { method } from "./read.ts";
import { differsFromDefault, elementType, isNullable } from "./values.ts";

/** The function that writes one struct: fields in wire order, then its tagged fields. */
export function emitWrite(message: Message, struct: EmitStruct): string {
  let body = "";
  for (const field of struct.fields) body += writeField(message, struct, field);
  body += writeTagged(message, struct);
  return `function write${struct.name}(w: Writer, x: ${struct.name}, v: number): void {\n${body}}\n`;
}

function writeField(message: Message, struct: EmitStruct, field: Field): string {
  const value = `x.${field.name}`;
  const inPlace = (v: number): boolean => contains(field.versions, v) && !contains(field.tagged, v);
  const cases = fold(struct.versions, (v) => {
    if (inPlace(v))
      return field.array ? writeCount(field, value, v) : writeValue(message, field, value, v, false);
    if (field.ignorable || contains(field.versions, v)) return "";
    return `if (${differsFromDefault(message, field, value)}) absentField("${field.name}", v);`;
  });
  if (!field.array) return statements(cases, "  ");
  const loops = fold(struct.versions, (v) => (inPlace(v) ? writeElements(message, field, value, v) : ""));
  return statements(cases, "  ") + statements(loops, "  ");
}

/** Writes a field as it is in one version. */
function writeValue(message: Message, field: Field, value: string, version: number, tagged: boolean): string {
  if (field.array) {
    return `${writeCount(field, value, version)}\n${writeElements(message, field, value, version)}`;
  }
  if (!isPrimitive(field.type)) {
    const write = `write${structName(message, field.type)}(w, `;
    if (!contains(field.nullable, version)) {
      return `${write}${isNullable(field) ? `notNull(${value})` : value}, v);`;
    }
    const marker = tagged ? `w.uvarint(${value} === null ? 0 : 1);` : `w.present(${value} !== null);`;
    return `${marker}\nif (${value} !== null) ${write}${value}, v);`;
  }
  const base =
    field.type === "string" ? "string" : field.type === "bytes" || field.type === "records" ? "bytes" : null;
  if (base === null) return `w.${field.type}(${value});`;
  // The writer refuses a null that the version does not allow.
  const cast = isNullable(field) && !contains(field.nullable, version);
  return `w.${method(base, field, version)}(${cast ? `${value} as ${elementType(message, field)}` : value});`;
}

function writeCount(field: Field, value: string, version: number): string {
  const length = isNullable(field) ? `${value} === null ? -1 : ${value}.length` : `${value}.length`;
  return `w.${method("count", field, version)}(${length});`;
}

function writeElements(message: Message, field: Field, value: string, version: number): string {
  const element: Field = { ...field, array: false, nullable: null, default: null };
  const loop = `for (const item of ${value}) ${writeValue(message, element, "item", version, false)}`;
  return isNullable(field) ? `if (${value} !== null) ${loop}` : loop;
}

function writeTagged(message: Message, struct: EmitStruct): string {
  if (message.flexible === null) return "";
  const flexible = intersect(message.flexible, struct.versions);
  if (flexible === null) return "  noTaggedFields(x.unknownTaggedFields, v);\n";
  const known = taggedFields(struct.fields);
  const always = flexible[0] === struct.versions[0];
  const write =
    known.length === 0
      ? "w.taggedFields(x.unknownTaggedFields);"
      : writeKnown(message, struct, known, flexible[0]);
  if (always) return `${shift(write, "  ")}\n`;
  const block = write.includes("\n") ? `{\n${shift(write, "    ")}\n  }` : write;
  return `  if (v >= ${flexible[0]}) ${block}\n  else noTaggedFields(x.unknownTaggedFields, v);\n`;
}

function writeKnown(
  message: Message,
  struct: EmitStruct,
  known: readonly Field[],
  flexibleFrom: number,
): string {
  const lines = ["const unknown = x.unknownTaggedFields ?? noFields;"];
  for (const field of known) {
    const [from] = field.tagged ?? [0];
    const differs = differsFromDefault(message, field, `x.${field.name}`);
    lines.push(`const ${has(field)} = ${from > flexibleFrom ? `v >= ${from} && ` : ""}${differs};`);
  }
  const checks = known.map((field) => {
    const [from] = field.tagged ?? [0];
    return `${from > flexibleFrom ? `if (v >= ${from}) ` : ""}unknownOnly(${field.tag}, unknown);`;
  });
  lines.push(`if (unknown.length !== 0) {\n${shift(checks.join("\n"), "  ")}\n}`);
  const counts = known.map((field) => `(${has(field)} ? 1 : 0)`);
  lines.push(`w.uvarint(unknown.length + ${counts.join(" + ")});`);
  lines.push("let next = 0;");
  for (const field of known) {
    const versions = intersect(field.tagged, struct.versions) ?? struct.versions;
    const write = statements(
      fold(versions, (v) => writeValue(message, field, `x.${field.name}`, v, true)),
      "  ",
    );
    lines.push(
      `if (${has(field)}) {`,
      `  next = w.unknownBelow(${field.tag}, unknown, next);`,
      `  const mark = w.openTagged(${field.tag});`,
      write.trimEnd(),
      "  w.closeTagged(mark);",
      "}",
    );
  }
  lines.push("w.unknownBelow(noTag, unknown, next);");
  return lines.join("\n");
}

function has(field: Field): string {
  return `has${field.name.charAt(0).toUpperCase()}${field.name.slice(1)}`;
}
