import { BatchCursor } from "./batch-cursor.ts";
import { decodeMessage } from "./decode-message.ts";
import { decodeSettings } from "./decode-options.ts";
import type { DecodeRecordsOptions, DecodeRecordsSettings } from "./decode-options.ts";
import { decodeRecordBatch } from "./decode-record-batch.ts";
import type { RecordBatch } from "./record-batch.ts";

/**
 * Decodes the batch that `cursor` stands at, records and all: for whoever decides by the header
 * whether to, or has to know of a partial tail.
 *
 * Views into uncompressed records live as long as the bytes that the cursor was given.
 *
 * @throws MalformedRecordsError, RecordsChecksumError, RecordsLimitError or UnsupportedCompressionError
 * @throws RangeError if the cursor stands at none.
 */
export function decodeBatch(cursor: BatchCursor, options?: DecodeRecordsOptions): RecordBatch {
  if (cursor.size === 0) throw new RangeError("the cursor stands at no batch: next() has to be true first");
  return decodeWith(cursor, decodeSettings(options));
}

/**
 * Decodes the batches in a `records` field, each when the iteration comes to it, so that memory
 * follows the batch and not the field. A batch that is cut off at the end is passed over.
 *
 * @throws while iterating, what {@link decodeBatch} throws.
 */
export function* decodeBatches(
  bytes: Uint8Array,
  options?: DecodeRecordsOptions,
): Generator<RecordBatch, void, undefined> {
  const cursor = new BatchCursor(bytes);
  const settings = decodeSettings(options);
  while (cursor.next()) yield decodeWith(cursor, settings);
}

function decodeWith(cursor: BatchCursor, settings: DecodeRecordsSettings): RecordBatch {
  return cursor.magic === 2 ? decodeRecordBatch(cursor, settings) : decodeMessage(cursor, settings);
}
