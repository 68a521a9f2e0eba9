import { Reader } from "../wire/reader.ts";
import { WireError } from "../wire/wire-error.ts";
import { inRange, isCompact } from "./schema.ts";
import type { FieldSchema, MessageSchema } from "./schema.ts";

/** Where and why bytes stop being a message. */
export interface Fault {
  /** Field names and indices: `topics[0].partitions[1].leaderId`. Empty: the message as a whole. */
  readonly path: string;
  /** Bytes from the start of the message. */
  readonly offset: number;
  readonly reason: string;
}

/**
 * Reads a message once more, field by field after its schema, to name the field that a decoder
 * failed in. The decoders themselves keep no track: they would all pay for it.
 * @returns null if the bytes are well-formed after all.
 */
export function locateFault(schema: MessageSchema, bytes: Uint8Array, version: number): Fault | null {
  const walk = new Walk(schema, bytes, version);
  try {
    walk.struct(schema.fields, "");
    walk.path = "";
    walk.reader.done();
    return null;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return { path: walk.path, offset: error.offset, reason: error.message };
  }
}

class Walk {
  readonly reader: Reader;
  path = "";
  readonly #schema: MessageSchema;
  readonly #version: number;

  constructor(schema: MessageSchema, bytes: Uint8Array, version: number) {
    this.reader = new Reader(bytes);
    this.#schema = schema;
    this.#version = version;
  }

  struct(fields: readonly FieldSchema[], prefix: string): void {
    for (const field of fields) {
      const version = this.#version;
      if (inRange(field.versions, version) && !inRange(field.tagged, version)) {
        this.#field(field, `${prefix}${field.name}`, false);
      }
    }
    this.path = prefix === "" ? "" : prefix.slice(0, -1);
    if (inRange(this.#schema.flexible, this.#version)) this.#taggedFields(fields, prefix);
  }

  #taggedFields(fields: readonly FieldSchema[], prefix: string): void {
    const { reader } = this;
    const own = this.path;
    for (let left = reader.uvarint(); left > 0; left--) {
      this.path = own;
      const tag = reader.uvarint();
      const size = reader.uvarint();
      const end = reader.taggedEnd(size);
      const known = fields.find((field) => field.tag === tag && inRange(field.tagged, this.#version));
      if (known === undefined) {
        reader.skip(size);
      } else {
        const path = `${prefix}${known.name}`;
        this.#field(known, path, true);
        this.path = path;
        reader.expectEnd(end);
      }
    }
  }

  #field(field: FieldSchema, path: string, tagged: boolean): void {
    this.path = path;
    const { reader } = this;
    const compact = isCompact(field, this.#schema, this.#version);
    const nullable = inRange(field.nullable, this.#version);
    if (field.array === true) {
      const count = countOf(reader, compact, nullable);
      for (let index = 0; index < count; index++) {
        this.path = `${path}[${index}]`;
        this.#value(field, `${path}[${index}]`, compact, false);
      }
      return;
    }
    if (field.type === "struct" && nullable) {
      const present = tagged ? reader.uvarint() !== 0 : reader.present();
      if (!present) return;
    }
    this.#value(field, path, compact, nullable);
  }

  #value(field: FieldSchema, path: string, compact: boolean, nullable: boolean): void {
    const { reader } = this;
    if (field.type === "struct") this.struct(field.fields ?? [], `${path}.`);
    else if (field.type === "string") reader[method("String", compact, nullable)]();
    else if (field.type === "bytes" || field.type === "records") reader[method("Bytes", compact, nullable)]();
    else reader[field.type]();
  }
}

type Sized = "String" | "Bytes";

function method<T extends Sized>(
  type: T,
  compact: boolean,
  nullable: boolean,
): Uncapitalize<T> | `nullable${T}` | `compact${T}` | `compactNullable${T}` {
  if (compact) return nullable ? `compactNullable${type}` : `compact${type}`;
  return nullable ? `nullable${type}` : (type.toLowerCase() as Uncapitalize<T>);
}

function countOf(reader: Reader, compact: boolean, nullable: boolean): number {
  // One byte an element at least: enough to bound the walk, and never stricter than a decoder.
  if (compact) return nullable ? reader.compactNullableCount(1) : reader.compactCount(1);
  return nullable ? reader.nullableCount(1) : reader.count(1);
}
