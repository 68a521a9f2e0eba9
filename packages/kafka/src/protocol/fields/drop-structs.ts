import { complete } from "../schema/defaults.ts";
import { inRange } from "../schema/schema.ts";
import type { FieldRole, FieldSchema, MessageSchema, Struct } from "../schema/schema.ts";
import { hasRole } from "./map-structs.ts";

/**
 * The message without the structs that have a field of `role`: arrays lose them, and one that stands
 * alone is left with its defaults. What has none of them is shared with the message, which is left as
 * it is; one without any is returned itself.
 */
export function dropStructs<T>(schema: MessageSchema, version: number, value: T, role: FieldRole): T {
  if (!hasRole(schema, version, role)) return value;
  return dropIn(schema.fields, version, value as Struct, role) as T;
}

function dropIn(
  fields: readonly FieldSchema[],
  version: number,
  struct: Readonly<Struct>,
  role: FieldRole,
): Readonly<Struct> {
  const changes: Struct = {};
  for (const field of fields) {
    const before = struct[field.name];
    if (before === null || before === undefined || !inRange(field.versions, version)) continue;
    const after = dropFrom(field, version, before, role);
    if (after !== before) changes[field.name] = after;
  }
  return Object.keys(changes).length === 0 ? struct : { ...struct, ...changes };
}

function dropFrom(field: FieldSchema, version: number, value: unknown, role: FieldRole): unknown {
  const { fields } = field;
  if (fields === undefined) return value;
  const own = fields.some((one) => one.role === role && inRange(one.versions, version));
  if (field.array !== true)
    return own ? complete(fields, {}) : dropIn(fields, version, value as Struct, role);
  const before = value as readonly Struct[];
  if (own) return before.length === 0 ? before : [];
  const after = before.map((one) => dropIn(fields, version, one, role));
  return after.some((one, index) => one !== before[index]) ? after : before;
}
