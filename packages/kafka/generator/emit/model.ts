import { isPrimitive } from "../ir.ts";
import type { Field, Message } from "../ir.ts";
import { contains, union } from "../ranges.ts";
import type { Range } from "../ranges.ts";

/** A struct of one message, under the name that its interface and functions have. */
export interface EmitStruct {
  /** Unique over all messages: `MetadataResponseBroker`. */
  readonly name: string;
  readonly versions: Range;
  readonly fields: readonly Field[];
}

/** The structs of a message, inner ones first, the message itself last. Shared ones come once. */
export function structsOf(message: Message): EmitStruct[] {
  const structs = new Map<string, EmitStruct>();
  const visit = (fields: readonly Field[]): void => {
    for (const field of fields) {
      if (isPrimitive(field.type)) continue;
      visit(field.fields);
      const name = structName(message, field.type);
      const known = structs.get(name);
      structs.set(name, {
        name,
        versions: (known && union(known.versions, field.versions)) ?? field.versions,
        fields: field.fields,
      });
    }
  };
  visit(message.fields);
  return [...structs.values(), { name: message.name, versions: message.versions, fields: message.fields }];
}

/** Struct names are unique within a message only; the message's name makes them so everywhere. */
export function structName(message: Message, name: string): string {
  return name.startsWith(message.name) ? name : message.name + name;
}

/** Fields that are tagged in some version, in order of tag. */
export function taggedFields(fields: readonly Field[]): Field[] {
  return fields.filter((field) => field.tagged !== null).toSorted((a, b) => (a.tag ?? 0) - (b.tag ?? 0));
}

/** Fewest bytes that one element of an array can take, over all versions: what bounds its count. */
export function leastBytes(field: Field): number {
  const [first, last] = field.versions;
  let least = Number.POSITIVE_INFINITY;
  for (let version = first; version <= last; version++) least = Math.min(least, valueBytes(field, version));
  return Math.max(1, least);
}

/** Bytes of the types that always take the same number of them. */
export const fixedBytes: Readonly<Record<string, number>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  float64: 8,
  uuid: 16,
};

function valueBytes(field: Field, version: number): number {
  const fixed = fixedBytes[field.type];
  if (fixed !== undefined) return fixed;
  const compact = contains(field.flexible, version);
  if (field.type === "string") return compact ? 1 : 2;
  if (field.type === "bytes" || field.type === "records") return compact ? 1 : 4;
  // A struct: its fields, and in flexible versions the count of its tagged ones.
  let bytes = compact ? 1 : 0;
  for (const inner of field.fields) {
    if (!contains(inner.versions, version) || contains(inner.tagged, version)) continue;
    const innerCompact = contains(inner.flexible, version);
    if (inner.array) bytes += innerCompact ? 1 : 4;
    else if (!isPrimitive(inner.type) && contains(inner.nullable, version)) bytes += 1;
    else bytes += valueBytes(inner, version);
  }
  return bytes;
}
