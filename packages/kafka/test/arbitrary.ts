/** Messages drawn at random for fast-check, by schema: any value that a version can carry. */
import * as fc from "fast-check";

import { defaultOf } from "../src/protocol/schema/defaults.ts";
import { inRange } from "../src/protocol/schema/schema.ts";
import type { FieldSchema, MessageSchema, Struct } from "../src/protocol/schema/schema.ts";

/** Above every tag that a definition uses. */
const firstUnknownTag = 100;
const bytes = fc.uint8Array({ maxLength: 12 });
const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.constant(""),
);
const unknownTaggedFields = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc
      .uniqueArray(fc.integer({ min: firstUnknownTag, max: 0x7fff_ffff - 1 }), { minLength: 1, maxLength: 3 })
      .chain((tags) =>
        fc.tuple(...tags.toSorted((a, b) => a - b).map((tag) => bytes.map((data) => ({ tag, data })))),
      ),
  },
);

const primitives: Readonly<Record<Exclude<FieldSchema["type"], "struct">, fc.Arbitrary<unknown>>> = {
  bool: fc.boolean(),
  int8: fc.integer({ min: -0x80, max: 0x7f }),
  int16: fc.integer({ min: -0x8000, max: 0x7fff }),
  uint16: fc.integer({ min: 0, max: 0xffff }),
  int32: fc.integer(),
  uint32: fc.integer({ min: 0, max: 0xffff_ffff }),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  float64: fc.double(),
  string: text,
  uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((raw) => Buffer.from(raw).toString("base64url")),
  bytes,
  records: bytes,
};

/** Any message of `version`. Fields that the version lacks are at their default. */
export function messageArbitrary(schema: MessageSchema, version: number): fc.Arbitrary<Struct> {
  return structArbitrary(schema.fields, schema, version);
}

function structArbitrary(
  fields: readonly FieldSchema[],
  schema: MessageSchema,
  version: number,
): fc.Arbitrary<Struct> {
  const model: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of fields) model[field.name] = fieldArbitrary(field, schema, version);
  if (schema.flexible !== null) {
    model["unknownTaggedFields"] = inRange(schema.flexible, version)
      ? unknownTaggedFields
      : fc.constant(null);
  }
  return fc.record(model, { noNullPrototype: true });
}

function fieldArbitrary(field: FieldSchema, schema: MessageSchema, version: number): fc.Arbitrary<unknown> {
  const absent = fc.constant(null).map(() => withoutUnknown(schema, field, defaultOf(field)));
  if (!inRange(field.versions, version)) return absent;
  const element =
    field.type === "struct" ? structArbitrary(field.fields ?? [], schema, version) : primitives[field.type];
  const value = field.array === true ? fc.array(element, { maxLength: 3 }) : element;
  const orNull = inRange(field.nullable, version) ? fc.option(value) : value;
  return inRange(field.tagged, version) ? fc.oneof(orNull, absent) : orNull;
}

/** A default struct as a decoder makes it: with `unknownTaggedFields` there and null. */
function withoutUnknown(schema: MessageSchema, field: FieldSchema, value: unknown): unknown {
  if (field.type !== "struct" || field.array === true || value === null || schema.flexible === null)
    return value;
  const struct = value as Struct;
  for (const inner of field.fields ?? []) {
    struct[inner.name] = withoutUnknown(schema, inner, struct[inner.name]);
  }
  return { ...struct, unknownTaggedFields: null };
}
