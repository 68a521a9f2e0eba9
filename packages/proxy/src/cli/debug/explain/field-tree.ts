import type { FieldSchema, MessageSchema, VersionRange } from "@pagoda/kafka/protocol";

/** A field as it is in one version. */
export interface ExplainedField {
  readonly name: string;
  /** `string`, `[]int32`, `struct`; a question mark behind it where it may be null. */
  readonly type: string;
  /** `3+` where the newest version has it. */
  readonly versions: string;
  /** The tag's number, where it is a tagged field. */
  readonly tag?: number;
  readonly default?: string;
  /** A struct's. */
  readonly fields?: readonly ExplainedField[];
}

/** The fields that `version` of a message has, in the order in which they are written. */
export function fieldsOf({ fields, versions }: MessageSchema, version: number): ExplainedField[] {
  return explained(fields, versions[1], version);
}

/** The fields as lines, aligned, structs indented. */
export function fieldLines(fields: readonly ExplainedField[]): string[] {
  const rows = [...rowsOf(fields, "  ")];
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => (row[column] as string).length)));
  return rows.map(([name, type, rest]) =>
    `${name.padEnd(widths[0] as number)}  ${type.padEnd(widths[1] as number)}  ${rest}`.trimEnd(),
  );
}

function* rowsOf(
  fields: readonly ExplainedField[],
  indent: string,
): Generator<readonly [name: string, type: string, rest: string]> {
  for (const { name, type, versions, tag, default: value, fields: inner = [] } of fields) {
    const notes = [
      versions,
      ...(tag === undefined ? [] : [`tag ${tag}`]),
      ...(value === undefined ? [] : [`default ${value}`]),
    ];
    yield [`${indent}${name}`, type, notes.join(", ")];
    yield* rowsOf(inner, `${indent}  `);
  }
}

function explained(fields: readonly FieldSchema[], newest: number, version: number): ExplainedField[] {
  return fields
    .filter((field) => isIn(field.versions, version))
    .map((field) => {
      const isTagged = isIn(field.tagged, version);
      return {
        name: field.name,
        type: `${field.array === true ? "[]" : ""}${field.type}${isIn(field.nullable, version) ? "?" : ""}`,
        versions: rangeText(field.versions, newest),
        ...(isTagged && field.tag !== undefined && { tag: field.tag }),
        ...(field.default !== undefined && { default: JSON.stringify(String(field.default)).slice(1, -1) }),
        ...(field.fields && { fields: explained(field.fields, newest, version) }),
      };
    });
}

function rangeText([from, to]: VersionRange, newest: number): string {
  if (to >= newest) return `${from}+`;
  return from === to ? String(from) : `${from}-${to}`;
}

function isIn(range: VersionRange | null | undefined, version: number): boolean {
  return range !== null && range !== undefined && version >= range[0] && version <= range[1];
}
