import type { FieldSchema, MessageSchema, VersionRange } from "@pagoda/kafka/protocol";

/** Is told what metrics need of a message, in the order of its bytes. */
export interface WalkSink {
  /** Of a topic that follows: one of the two is undefined in any version. */
  topic?(name: string | undefined, id: string | undefined): void;
  /** A partition's index: what follows is about it. */
  partition?(index: number): void;
  acks?(acks: number): void;
  errorCode?(code: number): void;
  highWatermark?(offset: number): void;
  throttleTimeMs?(ms: number): void;
  /** Of each records field: its bytes, before its batches. */
  records?(bytes: number): void;
  /** A batch, as its header says it. */
  batch?(batch: WalkedBatch): void;
}

export interface WalkedBatch {
  readonly records: number;
  /** How they are compressed, as batch headers number it. */
  readonly codec: number;
  readonly baseOffset: number;
  /** Milliseconds since 1970; -1 in a message set of the formats before batches. */
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
}

const fixedBytes: Readonly<Partial<Record<FieldSchema["type"], number>>> = {
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

const numbered: ReadonlySet<string> = new Set(["throttleTimeMs", "index", "partitionIndex"]);

/** A batch's size stands before this byte, and counts from it on (KIP-98). */
const afterBatchSize = 12;
const batchHeaderBytes = 61;
/** Of the formats before: size, checksum, magic and attributes. */
const messageHeaderBytes = 18;

/**
 * Reads a message while it passes in pieces: the error codes, and what batch headers say. Records are
 * passed over, nothing is gathered but a field that lies across two pieces.
 *
 * ```ts
 * const walk = new StreamWalk(Fetch.response.schema, 12, { errorCode: count });
 * stream.mapPieces((piece) => (walk.push(piece), piece));
 * ```
 *
 * It ends in silence at bytes that are not the message, `failed` then being true: what they mean is
 * for whom they are for.
 */
export class StreamWalk {
  readonly #schema: MessageSchema;
  readonly #version: number;
  readonly #sink: WalkSink;
  readonly #onEnd: (failed: boolean) => void;
  readonly #steps: Generator<void, void, void>;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #over = false;
  failed = false;

  /**
   * @param onEnd the whole message has passed, or (`failed`) it cannot be read any further. Not called
   *   for one that breaks off.
   */
  constructor(
    schema: MessageSchema,
    version: number,
    sink: WalkSink,
    onEnd: (failed: boolean) => void = () => {},
  ) {
    this.#schema = schema;
    this.#version = version;
    this.#sink = sink;
    this.#onEnd = onEnd;
    this.#steps = this.#struct(schema.fields);
  }

  /** The next bytes of the message, from where its header ends. */
  push(piece: Uint8Array): void {
    if (this.#over) return;
    const view = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    this.#bytes = this.#left === 0 ? view : Buffer.concat([this.#bytes.subarray(this.#at), view]);
    this.#at = 0;
    try {
      this.#over = this.#steps.next().done === true;
    } catch {
      this.#over = true;
      this.failed = true;
      this.#onEnd(true);
      return;
    }
    if (this.#over) this.#onEnd(false);
    // The piece is somebody else's: what is left of it is copied, and it is little.
    else this.#bytes = Buffer.from(this.#bytes.subarray(this.#at));
    this.#at = 0;
  }

  get #left(): number {
    return this.#bytes.length - this.#at;
  }

  *#struct(fields: readonly FieldSchema[]): Generator<void, void, void> {
    for (const field of fields) {
      if (!within(field.versions, this.#version) || within(field.tagged, this.#version)) continue;
      if (field.array === true) yield* this.#array(field);
      else yield* this.#value(field);
    }
    if (!within(this.#schema.flexible, this.#version)) return;
    for (let left = yield* this.#uvarint(); left > 0; left--) {
      yield* this.#uvarint();
      yield* this.#skip(yield* this.#uvarint());
    }
  }

  *#array(field: FieldSchema): Generator<void, void, void> {
    const count = yield* this.#length(field, 4);
    const bytes = fixedBytes[field.type];
    if (bytes !== undefined) yield* this.#skip(Math.max(count, 0) * bytes);
    for (let left = bytes === undefined ? count : 0; left > 0; left--) {
      if (field.type === "struct") yield* this.#struct(field.fields ?? []);
      else yield* this.#value(field);
    }
  }

  *#value(field: FieldSchema): Generator<void, void, void> {
    const { type, role, name } = field;
    const sink = this.#sink;
    if (type === "struct") {
      const nullable = within(field.nullable, this.#version);
      if (nullable && (yield* this.#int(1)) < 0) return;
      yield* this.#struct(field.fields ?? []);
    } else if (type === "records") yield* this.#records(yield* this.#length(field, 4));
    else if (type === "bytes") yield* this.#skip(yield* this.#length(field, 4));
    else if (type === "string") {
      const length = yield* this.#length(field, 2);
      if (role === "topicName" && length > 0) {
        const topic = yield* this.#text(length);
        sink.topic?.(topic, undefined);
      } else yield* this.#skip(length);
    } else if (type === "uuid" && role === "topicId") {
      yield* this.#need(16);
      const topicId = this.#bytes.toString("base64url", this.#at, (this.#at += 16));
      sink.topic?.(undefined, topicId);
    } else if (type === "int16" && (role === "errorCode" || name === "acks")) {
      const value = yield* this.#int(2);
      if (name === "acks") sink.acks?.(value);
      else sink.errorCode?.(value);
    } else if (type === "int32" && numbered.has(name)) {
      const value = yield* this.#int(4);
      if (name === "throttleTimeMs") sink.throttleTimeMs?.(value);
      else sink.partition?.(value);
    } else if (type === "int64" && name === "highWatermark") {
      yield* this.#need(8);
      sink.highWatermark?.(this.#int64(0));
      this.#at += 8;
    } else yield* this.#skip(fixedBytes[type] ?? 0);
  }

  *#records(length: number): Generator<void, void, void> {
    this.#sink.records?.(Math.max(length, 0));
    let left = length;
    while (left >= messageHeaderBytes) {
      yield* this.#need(messageHeaderBytes);
      const bytes = this.#bytes.readInt32BE(this.#at + 8) + afterBatchSize;
      const magic = this.#bytes.readInt8(this.#at + 16);
      const least = magic === 2 ? batchHeaderBytes : messageHeaderBytes;
      // A last one that is cut off is allowed, and what is no batch is not ours to judge.
      if (bytes < least || bytes > left || magic < 0 || magic > 2) break;
      yield* this.#need(least);
      const records = magic === 2 ? this.#bytes.readInt32BE(this.#at + 57) : 1;
      if (records < 0) break;
      this.#sink.batch?.({
        records,
        codec: this.#bytes.readInt8(this.#at + (magic === 2 ? 22 : 17)) & 7,
        baseOffset: this.#int64(0),
        baseTimestamp: magic === 2 ? this.#int64(27) : -1,
        maxTimestamp: magic === 2 ? this.#int64(35) : -1,
      });
      yield* this.#skip(bytes);
      left -= bytes;
    }
    yield* this.#skip(left);
  }

  /** A length or count: -1, or less, for null. */
  *#length(field: FieldSchema, classicBytes: 2 | 4): Generator<void, number, void> {
    const flexible = field.flexible === undefined ? this.#schema.flexible : field.flexible;
    if (within(flexible, this.#version)) return (yield* this.#uvarint()) - 1;
    return yield* this.#int(classicBytes);
  }

  *#int(bytes: 1 | 2 | 4): Generator<void, number, void> {
    yield* this.#need(bytes);
    const value = this.#bytes.readIntBE(this.#at, bytes);
    this.#at += bytes;
    return value;
  }

  /** As the nearest number, of bytes that are there. */
  #int64(offset: number): number {
    const at = this.#at + offset;
    return this.#bytes.readInt32BE(at) * 0x1_0000_0000 + this.#bytes.readUInt32BE(at + 4);
  }

  *#uvarint(): Generator<void, number, void> {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      if (factor > 0x1000_0000) throw new RangeError("a varint of more than five bytes");
      yield* this.#need(1);
      const byte = this.#bytes[this.#at++] as number;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  *#text(length: number): Generator<void, string, void> {
    yield* this.#need(length);
    return this.#bytes.toString("utf8", this.#at, (this.#at += length));
  }

  *#need(bytes: number): Generator<void, void, void> {
    while (this.#left < bytes) yield;
  }

  *#skip(bytes: number): Generator<void, void, void> {
    let left = bytes;
    for (;;) {
      const passed = Math.min(left, this.#left);
      if (passed > 0) this.#at += passed;
      left -= passed;
      if (left <= 0) return;
      yield;
    }
  }
}

function within(range: VersionRange | null | undefined, version: number): boolean {
  return range !== null && range !== undefined && version >= range[0] && version <= range[1];
}
