import { defaultOf } from "../protocol/schema/defaults.ts";
import { inRange } from "../protocol/schema/schema.ts";
import type { FieldSchema, Struct } from "../protocol/schema/schema.ts";

/**
 * `answer` as `version` can carry it: fields left out get defaults, and so do those that the version
 * does not have. A handler says all it knows, and need not ask who can be told.
 */
export function answerInVersion(fields: readonly FieldSchema[], answer: Struct, version: number): Struct {
  const struct: Struct = {};
  for (const field of fields) {
    const value = answer[field.name];
    const untold = value === undefined || !inRange(field.versions, version);
    struct[field.name] = untold ? defaultOf(field) : valueInVersion(field, value, version);
  }
  return struct;
}

function valueInVersion(field: FieldSchema, value: unknown, version: number): unknown {
  const { fields } = field;
  if (fields === undefined || value === null) return value;
  if (field.array !== true) return answerInVersion(fields, value as Struct, version);
  return (value as readonly Struct[]).map((element) => answerInVersion(fields, element, version));
}
