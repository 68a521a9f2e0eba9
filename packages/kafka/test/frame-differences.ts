/** Checks the codec against whole frames of others: what is read is written again as it was. */
import { isDeepStrictEqual } from "node:util";

import { encodeRequestFrame, encodeResponseFrame } from "../src/protocol/frame/encode-frame.ts";
import { decodeRequestBody } from "../src/protocol/frame/request-frame.ts";
import type { RequestFrame } from "../src/protocol/frame/request-frame.ts";
import { decodeResponseBody } from "../src/protocol/frame/response-frame.ts";
import type { ResponseFrame } from "../src/protocol/frame/response-frame.ts";
import type { AnyApi } from "../src/protocol/lookup.ts";
import type { MessageCodec } from "../src/protocol/message.ts";
import { compressionOf } from "../src/protocol/records/attributes.ts";
import { BatchCursor } from "../src/protocol/records/batch-cursor.ts";
import { decodeBatch, decodeBatches } from "../src/protocol/records/decode-batches.ts";
import { encodeBatch } from "../src/protocol/records/encode-batch.ts";
import { inRange } from "../src/protocol/schema/schema.ts";
import type { FieldSchema, Struct } from "../src/protocol/schema/schema.ts";

const sizeBytes = 4;

/** What is wrong with how the codec reads and writes this request; nothing if all is well. */
export function requestDifferences(frame: RequestFrame): string[] {
  const { api, apiVersion } = frame;
  if (api === null) return [`api ${frame.apiKey} v${apiVersion} is unknown`];
  return differences(api.request, apiVersion, frame.bytes, decodeRequestBody(frame), (body) =>
    encodeRequestFrame(api, apiVersion, frame, body),
  );
}

/** What is wrong with how the codec reads and writes this response; nothing if all is well. */
export function responseDifferences(frame: ResponseFrame, api: AnyApi): string[] {
  const { bodyVersion } = frame;
  return differences(api.response, bodyVersion, frame.bytes, decodeResponseBody(frame, api), (body) =>
    encodeResponseFrame(api, bodyVersion, frame, body),
  );
}

function differences(
  codec: MessageCodec<unknown>,
  version: number,
  bytes: Uint8Array,
  body: unknown,
  encode: (body: unknown) => Uint8Array,
): string[] {
  const found: string[] = [];
  const same = (what: string, encoded: Uint8Array): void => {
    const again = encoded.subarray(sizeBytes);
    if (Buffer.compare(again, bytes) === 0) return;
    found.push(`${codec.name} v${version} ${what} is ${hex(again)}, should be ${hex(bytes)}`);
  };
  same("encoded again", encode(body));
  const json: unknown = JSON.parse(JSON.stringify(codec.toJson(body, version)));
  same("encoded from JSON", encode(codec.fromJson(json, version)));
  for (const records of recordsOf(codec, version, body)) found.push(...recordsDifferences(records));
  return found;
}

/** The records fields of a message that are not null. */
export function recordsOf(codec: MessageCodec<unknown>, version: number, body: unknown): Uint8Array[] {
  return [...valuesOf(codec.schema.fields, version, body as Struct, ({ type }) => type === "records")].filter(
    (value) => value !== null,
  ) as Uint8Array[];
}

/** The topic names of a message as they stand in it. */
export function topicNamesOf(
  codec: MessageCodec<unknown>,
  version: number,
  body: unknown,
): (string | null)[] {
  return [...valuesOf(codec.schema.fields, version, body as Struct, ({ role }) => role === "topicName")] as (
    | string
    | null
  )[];
}

/** The values of the fields that `wanted` picks, elements of arrays one by one. */
function* valuesOf(
  fields: readonly FieldSchema[],
  version: number,
  struct: Struct,
  wanted: (field: FieldSchema) => boolean,
): Generator {
  for (const field of fields) {
    if (!inRange(field.versions, version)) continue;
    const value = struct[field.name];
    const values = field.array === true ? ((value ?? []) as readonly unknown[]) : [value];
    if (wanted(field)) yield* values;
    else if (field.fields !== undefined) {
      for (const inner of values) {
        if (inner !== null) yield* valuesOf(field.fields, version, inner as Struct, wanted);
      }
    }
  }
}

/** Uncompressed batches come out as they were; compressed ones hold what they held. */
function recordsDifferences(bytes: Uint8Array): string[] {
  const found: string[] = [];
  const cursor = new BatchCursor(bytes);
  while (cursor.next()) {
    const batch = decodeBatch(cursor);
    const original = cursor.bytes;
    const again = encodeBatch(batch);
    if (compressionOf(batch) === "none") {
      if (Buffer.compare(again, original) !== 0)
        found.push(`batch is ${hex(again)}, should be ${hex(original)}`);
    } else if (!isDeepStrictEqual([...decodeBatches(again)], [batch])) {
      found.push(`batch ${hex(original)} is another after encoding`);
    }
  }
  return found;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}
