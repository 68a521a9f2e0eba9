import { isPrimitive } from "../ir.ts";
import type { Field, Message } from "../ir.ts";
import { contains, intersect } from "../ranges.ts";
import { expression, fold, shift } from "./fold.ts";
import { leastBytes, structName, taggedFields } from "./model.ts";
import type { EmitStruct } from "./model.ts";
import { defaultValue, elementType, fieldType, hasNullDefault, local } from "./values.ts";

/** The function that reads one struct: straight-line code in wire order, then one object literal. */
export function emitRead(message: Message, struct: EmitStruct): string {
  const lines = [`function read${struct.name}(r: Reader, v: number): ${struct.name} {`];
  for (const field of struct.fields) lines.push(...readField(message, struct, field));
  lines.push(...readTagged(message, struct));
  const names = struct.fields.map(({ name }) => (local(name) === name ? name : `${name}: ${local(name)}`));
  if (message.flexible !== null) names.push("unknownTaggedFields");
  lines.push(names.length === 0 ? "  return {};" : `  return { ${names.join(", ")} };`);
  return `${lines.join("\n")}\n}\n`;
}

function isPlain(field: Field, version: number): boolean {
  return contains(field.versions, version) && !contains(field.tagged, version);
}

function readField(message: Message, struct: EmitStruct, field: Field): string[] {
  const name = local(field.name);
  const tagged = intersect(field.tagged, struct.versions) !== null;
  if (field.array) {
    const count = expression(
      fold(struct.versions, (v) => {
        if (isPlain(field, v)) return countCall(field, v);
        return hasNullDefault(field) ? "-1" : "0";
      }),
    );
    if (count === "0" || count === "-1") {
      return [`  let ${name}: ${mutableArray(message, field)} = ${defaultValue(message, field)};`];
    }
    return readArray(message, struct, field, tagged ? "let" : "const", count);
  }
  const value = expression(
    fold(struct.versions, (v) =>
      isPlain(field, v) ? valueCall(message, field, v, false) : defaultValue(message, field),
    ),
  );
  const type = tagged ? `: ${fieldType(message, field)}` : "";
  return [`  ${tagged ? "let" : "const"} ${name}${type} = ${value};`];
}

function mutableArray(message: Message, field: Field): string {
  const nullable = field.nullable !== null || hasNullDefault(field);
  return `${elementType(message, field)}[]${nullable ? " | null" : ""}`;
}

function readArray(
  message: Message,
  struct: EmitStruct,
  field: Field,
  keyword: string,
  count: string,
): string[] {
  const name = local(field.name);
  const counter = `${field.name}Count`;
  const type = mutableArray(message, field);
  const element = expression(
    fold(intersect(field.versions, struct.versions) ?? field.versions, (v) =>
      valueCall(message, { ...field, array: false, nullable: null }, v, false),
    ),
  );
  const loop = `for (let i = 0; i < ${counter}; i++) ${name}[i] = ${element};`;
  const lines = [`  const ${counter} = ${count};`];
  if (type.endsWith("null")) {
    lines.push(
      `  let ${name}: ${type} = null;`,
      `  if (${counter} >= 0) {`,
      `    ${name} = r.list(${counter});`,
      `    ${loop}`,
      "  }",
    );
  } else {
    lines.push(`  ${keyword} ${name}: ${type} = r.list(${counter});`, `  ${loop}`);
  }
  return lines;
}

function readTagged(message: Message, struct: EmitStruct): string[] {
  if (message.flexible === null) return [];
  const flexible = intersect(message.flexible, struct.versions);
  if (flexible === null) return ["  const unknownTaggedFields: UnknownTaggedField[] | null = null;"];
  const always = flexible[0] === struct.versions[0];
  const known = taggedFields(struct.fields);
  if (known.length === 0) {
    const value = always ? "r.taggedFields()" : `v >= ${flexible[0]} ? r.taggedFields() : null`;
    return [`  const unknownTaggedFields = ${value};`];
  }
  const branches = known.map((field) => {
    const [from] = field.tagged ?? [0];
    const condition = from > flexible[0] ? `tag === ${field.tag} && v >= ${from}` : `tag === ${field.tag}`;
    return `if (${condition}) {\n${shift(readTaggedField(message, struct, field), "  ")}\n  r.expectEnd(end);\n}`;
  });
  const loop = [
    "for (let left = r.uvarint(); left > 0; left--) {",
    "  const tag = r.uvarint();",
    "  const size = r.uvarint();",
    "  const end = r.taggedEnd(size);",
    shift(
      `${branches.join(" else ")} else unknownTaggedFields = r.unknownTaggedField(tag, size, unknownTaggedFields);`,
      "  ",
    ),
    "}",
  ].join("\n");
  return [
    "  let unknownTaggedFields: UnknownTaggedField[] | null = null;",
    always ? shift(loop, "  ") : `  if (v >= ${flexible[0]}) {\n${shift(loop, "    ")}\n  }`,
  ];
}

function readTaggedField(message: Message, struct: EmitStruct, field: Field): string {
  const name = local(field.name);
  const versions = intersect(field.tagged, struct.versions) ?? struct.versions;
  if (!field.array) {
    return `${name} = ${expression(fold(versions, (v) => valueCall(message, field, v, true)))};`;
  }
  const count = expression(fold(versions, (v) => countCall(field, v)));
  const element = expression(
    fold(versions, (v) => valueCall(message, { ...field, array: false, nullable: null }, v, true)),
  );
  const type = `${elementType(message, field)}[]`;
  const nullable = count.includes("Nullable");
  return [
    `const ${field.name}Count = ${count};`,
    `const list: ${type} = r.list(${field.name}Count);`,
    `for (let i = 0; i < ${field.name}Count; i++) list[i] = ${element};`,
    nullable ? `${name} = ${field.name}Count < 0 ? null : list;` : `${name} = list;`,
  ].join("\n");
}

function countCall(field: Field, version: number): string {
  return `r.${method("count", field, version)}(${leastBytes(field)})`;
}

/** Reads one value, or one element of an array, in one version. */
function valueCall(message: Message, field: Field, version: number, tagged: boolean): string {
  if (!isPrimitive(field.type)) {
    const read = `read${structName(message, field.type)}(r, v)`;
    if (!contains(field.nullable, version)) return read;
    return tagged ? `(r.uvarint() !== 0 ? ${read} : null)` : `(r.present() ? ${read} : null)`;
  }
  if (field.type === "string") return `r.${method("string", field, version)}()`;
  if (field.type === "bytes" || field.type === "records") return `r.${method("bytes", field, version)}()`;
  return `r.${field.type}()`;
}

/** `string`, `nullableString`, `compactString` or `compactNullableString`; so for bytes and counts. */
export function method(base: string, field: Field, version: number): string {
  const words = [
    ...(contains(field.flexible, version) ? ["compact"] : []),
    ...(contains(field.nullable, version) ? ["nullable"] : []),
    base,
  ];
  return words
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("");
}
