import { MalformedMessageError, Reader, WireError } from "@pagoda/kafka/protocol";
import type { FieldSchema, MessageSchema, VersionRange } from "@pagoda/kafka/protocol";

/** JSON under construction. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [name: string]: JsonValue;
}

export interface WalkOptions {
  /** Write each value as `{ offset, length, value }`, in bytes from the start of `bytes`. */
  readonly offsets: boolean;
}

/** How far a message could be read. */
export interface Walked {
  /** Where the message ended, in bytes from the start of `bytes`; or where it stopped being one. */
  readonly end: number;
  /** Why it is not whole: with offsets from the start of `bytes`. */
  readonly error?: MalformedMessageError;
}

/**
 * Reads a message field by field after its schema, from `start` of `bytes` on, into `json`: as
 * `MessageCodec.toJson` prints it, with unknown tagged fields. Bytes that stop being the message leave
 * in `json` what was read until then.
 */
export function walkMessage(
  { schema, version }: { readonly schema: MessageSchema; readonly version: number },
  bytes: Uint8Array,
  start: number,
  json: JsonObject,
  options: WalkOptions,
): Walked {
  const walk = new Walk(schema, version, bytes, start, options.offsets);
  try {
    walk.struct(schema.fields, "", json);
    return { end: walk.at };
  } catch (error) {
    const fault = faultOf(error, walk.begun, start);
    if (fault === undefined) throw error;
    const where = { path: walk.path, ...fault };
    return {
      end: fault.offset,
      error: new MalformedMessageError(schema.name, version, where, { cause: error }),
    };
  }
}

function faultOf(
  error: unknown,
  begun: number,
  start: number,
): { offset: number; reason: string } | undefined {
  if (error instanceof WireError) return { offset: start + error.offset, reason: error.message };
  // Of a DataView: the number is not in the message, nor in the memory behind it.
  if (error instanceof RangeError) return { offset: begun, reason: "bytes missing" };
  return undefined;
}

class Walk {
  path = "";
  /** Where what is being read begins. */
  begun: number;
  readonly #reader: Reader;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #schema: MessageSchema;
  readonly #version: number;
  readonly #offsets: boolean;

  constructor(schema: MessageSchema, version: number, bytes: Uint8Array, start: number, offsets: boolean) {
    this.#reader = new Reader(bytes.subarray(start));
    this.#bytes = bytes;
    this.#start = start;
    this.begun = start;
    this.#schema = schema;
    this.#version = version;
    this.#offsets = offsets;
  }

  get at(): number {
    return this.#start + this.#reader.offset;
  }

  struct(fields: readonly FieldSchema[], prefix: string, json: JsonObject): void {
    const version = this.#version;
    for (const field of fields) {
      if (isIn(field.versions, version) && !isIn(field.tagged, version)) {
        this.#field(field, `${prefix}${field.name}`, json, false);
      }
    }
    this.path = prefix.slice(0, -1);
    if (isIn(this.#schema.flexible, version)) this.#taggedFields(fields, prefix, json);
  }

  #taggedFields(fields: readonly FieldSchema[], prefix: string, json: JsonObject): void {
    const own = this.path;
    for (let left = this.#checked(() => this.#reader.uvarint()); left > 0; left--) {
      this.path = own;
      const tag = this.#checked(() => this.#reader.uvarint());
      const size = this.#checked(() => this.#reader.uvarint());
      const end = this.#reader.taggedEnd(size);
      const known = fields.find((field) => field.tag === tag && isIn(field.tagged, this.#version));
      if (known === undefined) {
        const unknown = (json["unknownTaggedFields"] ??= []) as JsonValue[];
        const data = this.#leaf(this.at, () => base64(this.#reader.raw(size)));
        unknown.push({ tag, data });
      } else {
        this.#field(known, `${prefix}${known.name}`, json, true);
        this.path = `${prefix}${known.name}`;
        this.#reader.expectEnd(end);
      }
    }
  }

  #field(field: FieldSchema, path: string, json: JsonObject, tagged: boolean): void {
    this.path = path;
    const from = this.at;
    const nullable = isIn(field.nullable, this.#version);
    const compact = isIn(
      field.flexible === undefined ? this.#schema.flexible : field.flexible,
      this.#version,
    );
    if (field.array === true) this.#array(field, path, json, { compact, nullable });
    else if (field.type === "struct") {
      if (nullable && !this.#checked(() => (tagged ? this.#reader.uvarint() !== 0 : this.#reader.present())))
        json[field.name] = this.#placed(from, null);
      else
        this.#container(json, field.name, from, {}, (struct) =>
          this.struct(field.fields ?? [], `${path}.`, struct),
        );
    } else json[field.name] = this.#leaf(from, () => this.#primitive(field, compact, nullable));
  }

  #array(
    field: FieldSchema,
    path: string,
    json: JsonObject,
    { compact, nullable }: { readonly compact: boolean; readonly nullable: boolean },
  ): void {
    const from = this.at;
    const count = this.#checked(() => countOf(this.#reader, compact, nullable));
    if (count < 0) {
      json[field.name] = this.#placed(from, null);
      return;
    }
    this.#container(json, field.name, from, [] as JsonValue[], (elements) => {
      for (let index = 0; index < count; index++) {
        const own = `${path}[${index}]`;
        this.path = own;
        if (field.type === "struct") {
          this.#container(elements, index, this.at, {}, (struct) =>
            this.struct(field.fields ?? [], `${own}.`, struct),
          );
        } else elements.push(this.#leaf(this.at, () => this.#primitive(field, compact, false)));
      }
    });
  }

  /** Puts a container into its parent before it is filled, so that it is there if filling it fails. */
  #container<C extends JsonObject | JsonValue[]>(
    parent: JsonObject | JsonValue[],
    key: string | number,
    from: number,
    value: C,
    fill: (value: C) => void,
  ): void {
    const placed = this.#placed(from, value);
    (parent as JsonObject)[key] = placed;
    try {
      fill(value);
    } finally {
      if (this.#offsets) (placed as JsonObject)["length"] = Math.min(this.at, this.#bytes.length) - from;
    }
  }

  #leaf(from: number, read: () => JsonValue): JsonValue {
    const value = this.#checked(read);
    return this.#placed(from, value);
  }

  #placed(offset: number, value: JsonValue): JsonValue {
    return this.#offsets ? { offset, length: this.at - offset, value } : value;
  }

  /** Numbers are read unchecked: tells one that is not all there, at its beginning. */
  #checked<T>(read: () => T): T {
    this.begun = this.at;
    const value = read();
    const missing = -this.#reader.remaining;
    if (missing > 0) throw new WireError(`${missing} bytes missing`, this.begun - this.#start);
    return value;
  }

  #primitive({ type }: FieldSchema, compact: boolean, nullable: boolean): JsonValue {
    const reader = this.#reader;
    switch (type) {
      case "string": {
        if (compact) return this.#text(nullable ? reader.compactNullableString() : reader.compactString());
        return this.#text(nullable ? reader.nullableString() : reader.string());
      }
      case "bytes":
      case "records": {
        if (compact) return base64(nullable ? reader.compactNullableBytes() : reader.compactBytes());
        return base64(nullable ? reader.nullableBytes() : reader.bytes());
      }
      case "int64": {
        const value = reader.int64();
        return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
      }
      case "float64": {
        const value = reader.float64();
        return Number.isFinite(value) ? value : String(value);
      }
      case "struct":
        throw new TypeError("a struct is no primitive");
      case "bool":
      case "int8":
      case "int16":
      case "uint16":
      case "int32":
      case "uint32":
      case "uuid":
      default:
        return reader[type]();
    }
  }

  /** A string; where its bytes are no UTF-8, its bytes beside it, so that nothing is lost. */
  #text(text: string | null): JsonValue {
    if (text === null || !text.includes("\uFFFD")) return text;
    const end = this.at;
    const encoded = Buffer.from(text);
    const same = encoded.equals(this.#bytes.subarray(end - encoded.length, end));
    if (same) return text;
    return { text, fieldBytes: base64(this.#bytes.subarray(this.begun, end)) };
  }
}

function countOf(reader: Reader, compact: boolean, nullable: boolean): number {
  // One byte an element at least bounds the walk.
  if (compact) return nullable ? reader.compactNullableCount(1) : reader.compactCount(1);
  return nullable ? reader.nullableCount(1) : reader.count(1);
}

/** Bytes as JSON has them: base64. */
export function base64(bytes: Uint8Array): string;
export function base64(bytes: Uint8Array | null): string | null;
export function base64(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}

function isIn(range: VersionRange | null | undefined, version: number): boolean {
  return range !== null && range !== undefined && version >= range[0] && version <= range[1];
}
