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
    if (error instanceof WireError) return { path: walk.path, offset: error.offset, reason: error.message };
    // From a DataView: the number is not in the message, nor in the memory behind it.
    if (error instanceof RangeError) return { path: walk.path, offset: walk.begun, reason: "bytes missing" };
    throw error;
  }
}

class Walk {
  readonly reader: Reader;
  path = "";
  /** Where what is being read begins. */
  begun = 0;
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
    this.#begin();
    let left = reader.uvarint();
    this.#check();
    for (; left > 0; left--) {
      this.path = own;
      this.#begin();
      const tag = reader.uvarint();
      const size = reader.uvarint();
      this.#check();
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
      this.#begin();
      const count = countOf(reader, compact, nullable);
      this.#check();
      for (let index = 0; index < count; index++) {
        this.path = `${path}[${index}]`;
        this.#value(field, `${path}[${index}]`, compact, false);
      }
      return;
    }
    if (field.type === "struct" && nullable) {
      this.#begin();
      const present = tagged ? reader.uvarint() !== 0 : reader.present();
      if (!present) return;
    }
    this.#value(field, path, compact, nullable);
  }

  #value(field: FieldSchema, path: string, compact: boolean, nullable: boolean): void {
    const { reader } = this;
    if (field.type === "struct") {
      this.struct(field.fields ?? [], `${path}.`);
      return;
    }
    this.#begin();
    if (field.type === "string") reader[method("String", compact, nullable)]();
    else if (field.type === "bytes" || field.type === "records") reader[method("Bytes", compact, nullable)]();
    else reader[field.type]();
    this.#check();
  }

  #begin(): void {
    this.begun = this.reader.offset;
  }

  /** Numbers are read unchecked: tells one that is not all there, at its beginning. */
  #check(): void {
    const missing = -this.reader.remaining;
    if (missing > 0) throw new WireError(`${missing} bytes missing`, this.begun);
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
