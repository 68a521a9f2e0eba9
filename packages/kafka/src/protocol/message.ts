import { asMalformed } from "./errors/as-malformed.ts";
import { InvalidMessageError, UnsupportedVersionError } from "./errors/message-errors.ts";
import { complete } from "./schema/defaults.ts";
import type { Partially } from "./schema/defaults.ts";
import { problemsOf } from "./schema/explain.ts";
import type { Problem } from "./schema/explain.ts";
import { fromJson, JsonProblem, toJson } from "./schema/json.ts";
import type { Json } from "./schema/json.ts";
import type { MessageSchema, Struct, VersionRange } from "./schema/schema.ts";
import { Reader } from "./wire/reader.ts";
import { Writer } from "./wire/writer.ts";

/** The versions that a message, or a property of it, has. */
export interface Versions {
  readonly min: number;
  readonly max: number;
}

/** Everything that can be done with one message: a request, a response, a header or a data message. */
export interface MessageCodec<T> {
  /** Kafka's name for it, e.g. `MetadataRequest`. */
  readonly name: string;
  /** Null for headers and data messages. */
  readonly apiKey: number | null;
  readonly validVersions: Versions;
  /** Versions with compact lengths and tagged fields; null if there are none. */
  readonly flexibleVersions: Versions | null;
  readonly schema: MessageSchema;

  /**
   * Reads one message, which has to take up all of `bytes`. Bytes and records fields are views of
   * `bytes`: copy what has to outlive them. A string that is no valid UTF-8 is read with U+FFFD in
   * the place of what is wrong, so forward the bytes, not the message, where nothing is changed.
   * @throws  UnsupportedVersionError
   */
  decode(bytes: Uint8Array, version: number): T;
  /**
   * Writes one message. The result is a view of memory that later messages lie beside; it is not
   * written to again.
   * @throws InvalidMessageError, UnsupportedVersionError
   */
  encode(value: T, version: number): Uint8Array;
  /** The message as Kafka's tools print it. @throws UnsupportedVersionError */
  toJson(value: T, version: number): Json;
  /** The message that was printed so. @throws InvalidMessageError, UnsupportedVersionError */
  fromJson(json: unknown, version: number): T;
  /** `fields` with the rest at their defaults, at every level. */
  of(fields?: Partially<T>): T;
  /** Everything that keeps `value` from being encoded as `version`; empty if it can be. */
  validate(value: unknown, version: number): Problem[];

  /**
   * Reads one message from `reader`, and only it: for whoever reads more than one thing from the same
   * bytes. The reader's `check` or `done` has to follow.
   */
  read(reader: Reader, version: number): T;
  /** Writes one message to `writer`, behind what is there. Checks as little as the writer does. */
  write(writer: Writer, value: T, version: number): void;
}

// Both are used by one call at a time: decoding and encoding never wait.
const reader = new Reader();
const writer = new Writer();

/** Makes a message's codec from its generated parts. */
export function messageCodec<T>(
  schema: MessageSchema,
  read: (reader: Reader, version: number) => T,
  write: (writer: Writer, value: T, version: number) => void,
): MessageCodec<T> {
  const { name, versions } = schema;
  const [min, max] = versions;

  function check(version: number): void {
    // `>> 0`: a version that is no whole number matches none.
    if (!(version >= min && version <= max && version >> 0 === version)) {
      throw new UnsupportedVersionError(name, version, versions);
    }
  }

  return {
    name,
    apiKey: schema.apiKey,
    validVersions: asVersions(versions),
    flexibleVersions: schema.flexible && asVersions(schema.flexible),
    schema,
    read,
    write,
    decode(bytes, version) {
      check(version);
      try {
        reader.reset(bytes);
        const value = read(reader, version);
        reader.done();
        return value;
      } catch (error) {
        throw asMalformed(schema, bytes, version, error);
      } finally {
        reader.release();
      }
    },
    encode(value, version) {
      check(version);
      try {
        write(writer, value, version);
        return writer.finish();
      } catch (error) {
        writer.reset();
        throw invalid(schema, value, version, error);
      }
    },
    toJson(value, version) {
      check(version);
      return toJson(schema, value, version);
    },
    fromJson(json, version) {
      check(version);
      try {
        return fromJson(schema, json, version) as T;
      } catch (error) {
        if (error instanceof JsonProblem) throw new InvalidMessageError(name, version, error);
        throw error;
      }
    },
    of(fields) {
      return complete(schema.fields, (fields ?? {}) as Struct) as T;
    },
    validate(value, version) {
      check(version);
      return [...problemsOf(schema, value, version)];
    },
  };
}

function asVersions([min, max]: VersionRange): Versions {
  return { min, max };
}

function invalid(
  schema: MessageSchema,
  value: unknown,
  version: number,
  cause: unknown,
): InvalidMessageError {
  const [problem] = problemsOf(schema, value, version);
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new InvalidMessageError(schema.name, version, problem ?? { path: "", reason }, { cause });
}
