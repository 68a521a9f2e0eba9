import { compressionIdOf } from "./attributes.ts";
import { batchHeaderBytes } from "./batch-cursor.ts";
import type { BatchCursor } from "./batch-cursor.ts";
import { batchChecksum, expectChecksum } from "./checksum.ts";
import type { DecodeRecordsSettings } from "./decode-options.ts";
import { decompress } from "./decompress.ts";
import type { BatchRecord, RecordBatch } from "./record-batch.ts";
import { BadRecord, RecordReader } from "./record-reader.ts";
import { MalformedRecordsError, RecordsLimitError } from "./records-error.ts";

/** Decodes the magic 2 batch that `cursor` stands at. */
export function decodeRecordBatch(cursor: BatchCursor, settings: DecodeRecordsSettings): RecordBatch {
  const { at, bytes, recordCount } = cursor;
  if (settings.verifyChecksums) expectChecksum(at, cursor.crc, batchChecksum(bytes));
  if (recordCount > settings.maxRecords) throw new RecordsLimitError("maxRecords", settings.maxRecords);
  const view = new DataView(bytes.buffer, bytes.byteOffset, batchHeaderBytes);
  return {
    magic: 2,
    baseOffset: view.getBigInt64(0),
    partitionLeaderEpoch: view.getInt32(12),
    attributes: view.getInt16(21),
    lastOffsetDelta: view.getInt32(23),
    baseTimestamp: view.getBigInt64(27),
    maxTimestamp: view.getBigInt64(35),
    producerId: view.getBigInt64(43),
    producerEpoch: view.getInt16(51),
    baseSequence: view.getInt32(53),
    records: readRecords(cursor, bytes, settings),
  };
}

function readRecords(cursor: BatchCursor, bytes: Uint8Array, settings: DecodeRecordsSettings): BatchRecord[] {
  const { at, recordCount } = cursor;
  const compressionId = compressionIdOf(cursor);
  const reader =
    compressionId === 0
      ? new RecordReader(bytes, batchHeaderBytes, settings.maxHeaders)
      : new RecordReader(
          decompress(bytes.subarray(batchHeaderBytes), compressionId, 2, at, settings),
          0,
          settings.maxHeaders,
        );
  try {
    return reader.records(recordCount);
  } catch (error) {
    if (error instanceof BadRecord) throw new MalformedRecordsError(at, error.message);
    throw error;
  }
}
