import { isDeepStrictEqual } from "node:util";

import { messages } from "../src/protocol/generated/registry.ts";
import type { MessageCodec } from "../src/protocol/message.ts";
import { isControl } from "../src/protocol/records/attributes.ts";
import { BatchCursor } from "../src/protocol/records/batch-cursor.ts";
import { controlRecord } from "../src/protocol/records/control-record.ts";
import type { ControlMessageName } from "../src/protocol/records/control-record.ts";
import { decodeBatch } from "../src/protocol/records/decode-batches.ts";
import { encodeBatch } from "../src/protocol/records/encode-batch.ts";
import { offsetOf, sequenceOf, timestampOf } from "../src/protocol/records/record-batch.ts";
import type { BatchRecord, RecordBatch } from "../src/protocol/records/record-batch.ts";
import { RecordsChecksumError } from "../src/protocol/records/records-error.ts";

/** A line of a record batch vector file. */
export interface RecordBatchVector {
  readonly case: string;
  readonly valid: boolean;
  readonly reencodable: boolean;
  readonly partialTailBytes: number;
  readonly batches: readonly Json[];
  readonly hex: string;
}

type Json = Readonly<Record<string, unknown>>;

/** What is wrong with how the codec treats a vector; null if nothing is. */
export function checkRecordBatchVector(vector: RecordBatchVector): string | null {
  const bytes = Buffer.from(vector.hex, "hex");
  const decoded: Json[] = [];
  const cursor = new BatchCursor(bytes);
  for (let at = 0; cursor.next(); at += cursor.size) {
    if (cursor.at !== at) return `${vector.case}: batch at ${cursor.at}, not ${at}`;
    const batch = decodedOrCorrupt(cursor);
    decoded.push({ ...headerJson(cursor), ...(batch === null ? { crcValid: false } : recordsJson(batch)) });
    if (batch === null) continue;
    const again = encodeBatch(batch);
    if (cursor.compression === "none") {
      // All of these, not just those that the vectors ask for: nothing is lost in decoding.
      if (Buffer.compare(cursor.bytes, again) !== 0)
        return `${vector.case}: encoded ${Buffer.from(again).toString("hex")}`;
    } else {
      const roundTrip = decodeBatch(at0(again));
      if (!isDeepStrictEqual(roundTrip, batch)) return `${vector.case}: the batch changes in encoding`;
    }
  }
  if (cursor.partialTailBytes !== vector.partialTailBytes) {
    return `${vector.case}: ${cursor.partialTailBytes} bytes left over, expected ${vector.partialTailBytes}`;
  }
  const expected = vector.batches.map((batch) => comparable(batch));
  const actual = decoded.map((batch) => comparable(batch));
  return isDeepStrictEqual(actual, expected)
    ? null
    : `${vector.case}: decoded ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`;
}

function at0(bytes: Uint8Array): BatchCursor {
  const cursor = new BatchCursor(bytes);
  cursor.next();
  return cursor;
}

function decodedOrCorrupt(cursor: BatchCursor): RecordBatch | null {
  try {
    return decodeBatch(cursor);
  } catch (error) {
    if (error instanceof RecordsChecksumError) return null;
    throw error;
  }
}

function headerJson(cursor: BatchCursor): Json {
  const { magic, crc, attributes, compression, timestampType } = cursor;
  const view = new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset);
  const common = { magic, crc, attributes, compression, timestampType };
  if (magic === 0) return { ...common, offset: cursor.baseOffset, messageSize: cursor.size - 12 };
  if (magic === 1) {
    const timestamp = view.getBigInt64(18);
    return { ...common, offset: cursor.baseOffset, messageSize: cursor.size - 12, timestamp };
  }
  return {
    ...common,
    baseOffset: cursor.baseOffset,
    batchLength: cursor.size - 12,
    partitionLeaderEpoch: cursor.partitionLeaderEpoch,
    lastOffsetDelta: cursor.lastOffsetDelta,
    baseTimestamp: view.getBigInt64(27),
    maxTimestamp: view.getBigInt64(35),
    producerId: cursor.producerId,
    producerEpoch: cursor.producerEpoch,
    baseSequence: cursor.baseSequence,
    recordCount: cursor.recordCount,
    isTransactional: cursor.isTransactional,
    isControl: cursor.isControl,
    hasDeleteHorizon: cursor.hasDeleteHorizon,
    lastOffset: cursor.lastOffset,
    lastSequence: cursor.lastSequence,
  };
}

function recordsJson(batch: RecordBatch): Json {
  return { records: batch.records.map((record) => recordJson(record, batch)) };
}

function recordJson(record: BatchRecord, batch: RecordBatch): Json {
  const { key, value, headers } = record;
  const timestamp = timestampOf(batch, record);
  const common = { offset: offsetOf(batch, record), key: base64(key), value: base64(value) };
  if (batch.magic === 0) return common;
  if (batch.magic === 1) return { ...common, timestamp };
  const json = {
    ...common,
    timestamp,
    sequence: sequenceOf(batch, record),
    headers: headers.map((header) => ({ key: header.key, value: base64(header.value) })),
  };
  return isControl(batch) ? { ...json, control: controlJson(record) } : json;
}

function controlJson(record: BatchRecord): Json {
  const control = controlRecord(record);
  if (control === undefined) return {};
  const { keyVersion, type, typeName, messageName, messageVersion, body } = control;
  const marker = messageName === "EndTxnMarker" ? { valueVersion: messageVersion } : {};
  const value = messageName === null || body === null ? null : messageJson(messageName, messageVersion, body);
  return { keyVersion, type, typeName, ...marker, value };
}

function messageJson(name: ControlMessageName, version: number, body: Uint8Array): unknown {
  const codec: MessageCodec<unknown> = messages[name];
  return codec.toJson(codec.decode(body, version), version);
}

function base64(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString("base64");
}

/** As the vectors have it: an int64 is a number where that is exact, else a string of digits. */
function comparable(json: Json): unknown {
  const text = JSON.stringify(json, (_, value: unknown) =>
    typeof value === "bigint" ? (Number.isSafeInteger(Number(value)) ? Number(value) : `${value}`) : value,
  );
  return JSON.parse(text);
}
