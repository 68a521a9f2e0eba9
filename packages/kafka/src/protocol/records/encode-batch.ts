import { withCompression } from "./attributes.ts";
import { encodeMessages } from "./encode-messages.ts";
import { encodeRecordBatch } from "./encode-record-batch.ts";
import type { EncodeRecordsOptions, NewBatch } from "./new-batch.ts";
import { InvalidRecordsError } from "./records-error.ts";

/**
 * Encodes a batch, with its checksum. What was decoded comes out as it was, byte for byte if it is
 * not compressed:
 *
 *     for (const batch of decodeBatches(bytes)) {
 *       const records = batch.records.map((record) => ({ ...record, value: changed(record.value) }));
 *       parts.push(encodeBatch({ ...batch, records }));
 *     }
 *
 * Of magic 0 and 1, it is one compressed message around the records, or a message for each. The bytes
 * are the caller's.
 *
 * @throws InvalidRecordsError if a value does not fit its field, or the format has no place for it.
 * @throws UnsupportedCompressionError if there is no codec for the compression.
 */
export function encodeBatch(batch: NewBatch, options?: EncodeRecordsOptions): Uint8Array {
  const { magic = 2 } = batch;
  const compression = options?.compression;
  const given = batch.attributes ?? 0;
  const attributes = compression === undefined ? given : withCompression(given, compression);
  switch (magic) {
    case 2:
      return encodeRecordBatch(batch, attributes, options);
    case 0:
    case 1:
      return encodeMessages(batch, magic, attributes, options);
    default:
      throw new InvalidRecordsError(`no magic ${String(magic)}`);
  }
}
