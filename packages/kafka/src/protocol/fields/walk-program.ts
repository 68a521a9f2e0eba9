import type { AnyApi } from "../lookup.ts";
import { inRange, isCompact } from "../schema/schema.ts";
import type { FieldSchema, FieldType, MessageSchema } from "../schema/schema.ts";

/**
 * What a walk does next. Flexible messages need two primitives only: pass over so many bytes, and
 * read a varint, which says how many bytes, elements or tagged fields follow.
 */
export const walkOps = {
  /** Passes over `argument` bytes. */
  skip: 0,
  /** A varint n; passes over n - 1 bytes: a string, bytes or records. */
  compact: 1,
  /** A varint n; passes over n - 1 elements of `argument` bytes. */
  fixedArray: 2,
  /** A varint n; goes on n - 1 times until `next`, or at `argument` where there are no elements. */
  loop: 3,
  /** The end of an element: goes back to `argument` if there is one more. */
  next: 4,
  /** A varint n: so many tagged fields, each by the two ops that follow. */
  tags: 5,
  /** A varint: the tag. `argument` is 1 in the message itself, 0 in its structs. */
  tag: 6,
  /** A varint n; passes over n bytes. Goes back to `tag` if there is one more. */
  tagSize: 7,
  /** The count of the array with the addresses, which is the last field: one byte tells if it is empty. */
  lastArray: 8,
} as const;

/** The way through one response, from the frame's size on, to where its addresses may be. */
export interface WalkProgram {
  readonly ops: Uint8Array;
  readonly args: Int32Array;
  /** The tagged field with the addresses, of the message itself; -1 where it is an array at the end. */
  readonly tag: number;
  /** How deep arrays lie in arrays. */
  readonly depth: number;
}

const fixedBytes: Readonly<Partial<Record<FieldType, number>>> = {
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

/** A frame's size and its correlation id. */
const frameBytes = 8;

/**
 * The way to the addresses of responses to `version` of `api`, past everything before them. Undefined
 * where there is none: no addresses, or the response has to be decoded. That pays where addresses are
 * seldom (a tagged field) or beside records (the last field), and not where they are the answer.
 *
 * @throws TypeError for what a walk cannot pass over
 */
export function walkToAddresses(api: AnyApi, version: number): WalkProgram | undefined {
  const { schema } = api.response;
  const present = schema.fields.filter((field) => inRange(field.versions, version));
  const [target, ...others] = present.filter((field) => holds(field, version, isHost));
  if (target === undefined || others.length > 0) return undefined;
  const inPlace = present.filter((field) => !inRange(field.tagged, version));
  const tagged = inRange(target.tagged, version);
  const behindRecords =
    inPlace.at(-1) === target && present.some((field) => holds(field, version, isRecords));
  if (!tagged && !(behindRecords && target.array === true)) return undefined;
  const compiler = new Compiler(schema, version);
  compiler.skip(frameBytes);
  if (api.responseHeaderVersion(version) >= 1) compiler.tags(0);
  compiler.struct(tagged ? inPlace : inPlace.slice(0, -1));
  if (tagged) compiler.tags(1);
  else compiler.emit(walkOps.lastArray, 0);
  return compiler.program(tagged ? (target.tag ?? -1) : -1);
}

/** Is there a field that `is` asks for, in `field` or below it? */
function holds(field: FieldSchema, version: number, is: (field: FieldSchema) => boolean): boolean {
  if (!inRange(field.versions, version)) return false;
  return is(field) || (field.fields ?? []).some((inner) => holds(inner, version, is));
}

const isHost = ({ role }: FieldSchema): boolean => role === "brokerHost";
const isRecords = ({ type }: FieldSchema): boolean => type === "records";

class Compiler {
  readonly #schema: MessageSchema;
  readonly #version: number;
  readonly #ops: number[] = [];
  readonly #args: number[] = [];
  #depth = 0;
  #deepest = 0;

  constructor(schema: MessageSchema, version: number) {
    this.#schema = schema;
    this.#version = version;
  }

  program(tag: number): WalkProgram {
    return {
      ops: Uint8Array.from(this.#ops),
      args: Int32Array.from(this.#args),
      tag,
      depth: this.#deepest,
    };
  }

  emit(op: number, argument: number): number {
    this.#ops.push(op);
    this.#args.push(argument);
    return this.#ops.length - 1;
  }

  skip(bytes: number): void {
    // Nothing jumps to an op behind a skip: runs of them become one.
    const last = this.#ops.length - 1;
    if (this.#ops[last] === walkOps.skip) this.#args[last] = (this.#args[last] ?? 0) + bytes;
    else this.emit(walkOps.skip, bytes);
  }

  tags(own: 0 | 1): void {
    if (!inRange(this.#schema.flexible, this.#version)) this.#fail(this.#schema.name);
    this.emit(walkOps.tags, 0);
    this.emit(walkOps.tag, own);
    this.emit(walkOps.tagSize, own);
  }

  /** The fields in place: tagged ones are passed over with their section. */
  struct(fields: readonly FieldSchema[]): void {
    for (const field of fields) {
      if (!inRange(field.versions, this.#version) || inRange(field.tagged, this.#version)) continue;
      if (field.array === true) this.#array(field);
      else this.#value(field, inRange(field.nullable, this.#version));
    }
  }

  #value(field: FieldSchema, nullable: boolean): void {
    const bytes = fixedBytes[field.type];
    if (bytes !== undefined) {
      this.skip(bytes);
    } else if (field.type === "struct") {
      if (nullable) this.#fail(field.name);
      this.struct(field.fields ?? []);
      this.tags(0);
    } else {
      this.#mustBeCompact(field);
      this.emit(walkOps.compact, 0);
    }
  }

  #array(field: FieldSchema): void {
    this.#mustBeCompact(field);
    const bytes = fixedBytes[field.type];
    if (bytes !== undefined) {
      this.emit(walkOps.fixedArray, bytes);
      return;
    }
    const loop = this.emit(walkOps.loop, 0);
    this.#deepest = Math.max(this.#deepest, ++this.#depth);
    this.#value(field, false);
    this.#depth--;
    this.emit(walkOps.next, loop + 1);
    this.#args[loop] = this.#ops.length;
  }

  #mustBeCompact(field: FieldSchema): void {
    if (!isCompact(field, this.#schema, this.#version)) this.#fail(field.name);
  }

  #fail(name: string): never {
    throw new TypeError(`${this.#schema.name} v${this.#version}: no walk passes over ${name}`);
  }
}
