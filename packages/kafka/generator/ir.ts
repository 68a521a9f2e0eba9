import type { Range } from "./ranges.ts";

export const primitives = [
  "bool",
  "int8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
  "float64",
  "string",
  "uuid",
  "bytes",
  "records",
] as const;

export type Primitive = (typeof primitives)[number];

/** A field with every rule of the definitions applied: what versions say here holds as it stands. */
export interface Field {
  /** First letter in lower case. */
  readonly name: string;
  /** A primitive, or a struct's name; of the elements, where `array` is set. */
  readonly type: string;
  readonly array: boolean;
  /** In which versions it exists: its own, its parents' and the message's together. */
  readonly versions: Range;
  readonly nullable: Range | null;
  /** In which versions it is a tagged field, and under which number. */
  readonly tagged: Range | null;
  readonly tag: number | null;
  /** The default as the definition writes it, "null" for null; absent: the type's own. */
  readonly default: string | null;
  /** May a version that lacks the field drop a value silently? */
  readonly ignorable: boolean;
  readonly entity: string | null;
  /** Differs from the message's only for the client id of request headers. */
  readonly flexible: Range | null;
  /** Of a struct; empty for a primitive. */
  readonly fields: readonly Field[];
}

export type MessageKind = "request" | "response" | "header" | "data";

export interface Message {
  readonly name: string;
  readonly kind: MessageKind;
  readonly apiKey: number | null;
  readonly versions: Range;
  readonly flexible: Range | null;
  /** The version that may still change, if the newest one may. */
  readonly unstable: number | null;
  readonly fields: readonly Field[];
}

export function isPrimitive(type: string): type is Primitive {
  return (primitives as readonly string[]).includes(type);
}

/** `field` and every field below it, each with its path of names. */
export function* fieldsOf(
  fields: readonly Field[],
  prefix = "",
): Generator<{ readonly path: string; readonly field: Field; readonly parent: readonly Field[] }> {
  for (const field of fields) {
    const path = `${prefix}${field.name}`;
    yield { path, field, parent: fields };
    yield* fieldsOf(field.fields, `${path}.`);
  }
}
