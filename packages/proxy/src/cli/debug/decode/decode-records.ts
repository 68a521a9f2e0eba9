import { ProxyError } from "@pagoda/core";
import { BatchCursor, controlRecord, decodeBatch, offsetOf, timestampOf } from "@pagoda/kafka/protocol";
import type { BatchRecord, RecordBatch } from "@pagoda/kafka/protocol";

import type { DecodedFrame } from "./decode-frame.ts";
import { base64 } from "./walk-message.ts";
import type { JsonObject, JsonValue, WalkOptions } from "./walk-message.ts";

/** Record batches as JSON, whole or up to the batch that is none. Offsets are those of the batches. */
export function decodeRecords(bytes: Uint8Array, { offsets }: WalkOptions): DecodedFrame {
  const batches: JsonValue[] = [];
  const json: JsonObject = { frame: "records", size: bytes.length, batches };
  const cursor = new BatchCursor(bytes);
  try {
    while (cursor.next()) {
      const own: JsonObject = headerOf(cursor, offsets);
      batches.push(own);
      own["records"] = recordsOf(decodeBatch(cursor));
    }
  } catch (error) {
    if (!ProxyError.is(error)) throw error;
    return { json, error };
  }
  if (cursor.partialTailBytes > 0) json["partialTailBytes"] = cursor.partialTailBytes;
  return { json };
}

function headerOf(cursor: BatchCursor, offsets: boolean): JsonObject {
  const placed = offsets ? { offset: cursor.at, length: cursor.size } : { length: cursor.size };
  return {
    ...placed,
    magic: cursor.magic,
    baseOffset: whole(cursor.baseOffset),
    lastOffset: whole(cursor.lastOffset),
    partitionLeaderEpoch: cursor.partitionLeaderEpoch,
    crc: cursor.crc,
    attributes: cursor.attributes,
    compression: cursor.compression,
    timestampType: cursor.timestampType,
    isTransactional: cursor.isTransactional,
    isControl: cursor.isControl,
    baseTimestamp: cursor.baseTimestampMs,
    maxTimestamp: cursor.maxTimestampMs,
    producerId: whole(cursor.producerId),
    producerEpoch: cursor.producerEpoch,
    baseSequence: cursor.baseSequence,
    recordCount: cursor.recordCount,
  };
}

function recordsOf(batch: RecordBatch): JsonValue[] {
  return batch.records.map((record) => ({
    offset: whole(offsetOf(batch, record)),
    timestamp: whole(timestampOf(batch, record)),
    key: textOrBytes(record.key),
    value: textOrBytes(record.value),
    headers: record.headers.map(({ key, keyBytes, value }) => ({
      key,
      ...(keyBytes !== undefined && { keyBytes: base64(keyBytes) }),
      value: textOrBytes(value),
    })),
    ...markerOf(batch, record),
  }));
}

function markerOf(batch: RecordBatch, record: BatchRecord): JsonObject {
  const marker = (batch.attributes & 0x20) === 0 ? undefined : controlRecord(record);
  return marker === undefined ? {} : { control: marker.typeName };
}

/** Text where the bytes are UTF-8, else `{ "base64": ... }`: lossless either way. */
function textOrBytes(bytes: Uint8Array | null): JsonValue {
  if (bytes === null) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { base64: base64(bytes) };
  }
}

function whole(value: bigint): JsonValue {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
