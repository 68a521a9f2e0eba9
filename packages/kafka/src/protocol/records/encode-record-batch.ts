import { compressionIdOf } from "./attributes.ts";
import { batchHeaderBytes, logOverheadBytes } from "./batch-cursor.ts";
import { batchChecksum } from "./checksum.ts";
import { compress } from "./compress.ts";
import { int } from "./int.ts";
import { latestTimestamp } from "./new-batch.ts";
import type { EncodeRecordsOptions, NewBatch } from "./new-batch.ts";
import { writeRecords } from "./record-writer.ts";

/** Encodes a magic 2 batch; the layout is {@link BatchCursor}'s. */
export function encodeRecordBatch(
  batch: NewBatch,
  attributes: number,
  options: EncodeRecordsOptions | undefined,
): Uint8Array {
  const compressionId = compressionIdOf({ magic: 2, attributes });
  let bytes: Buffer;
  if (compressionId === 0) {
    bytes = writeRecords(batch.records, batchHeaderBytes);
  } else {
    const records = compress(writeRecords(batch.records, 0), compressionId, 2, options);
    bytes = Buffer.allocUnsafe(batchHeaderBytes + records.length);
    bytes.set(records, batchHeaderBytes);
  }
  writeHeader(bytes, batch, attributes);
  return bytes;
}

function writeHeader(bytes: Buffer, batch: NewBatch, attributes: number): void {
  const { records, baseTimestamp = -1n } = batch;
  const lastIndex = records.length - 1;
  const lastOffsetDelta = batch.lastOffsetDelta ?? records[lastIndex]?.offsetDelta ?? Math.max(0, lastIndex);
  const view = new DataView(bytes.buffer, bytes.byteOffset, batchHeaderBytes);
  view.setBigInt64(0, int("baseOffset", batch.baseOffset ?? 0n, 64));
  view.setInt32(8, bytes.length - logOverheadBytes);
  view.setInt32(12, int("partitionLeaderEpoch", batch.partitionLeaderEpoch ?? -1, 32));
  view.setInt8(16, 2);
  view.setInt16(21, int("attributes", attributes, 16));
  view.setInt32(23, int("lastOffsetDelta", lastOffsetDelta, 32));
  view.setBigInt64(27, int("baseTimestamp", baseTimestamp, 64));
  view.setBigInt64(35, int("maxTimestamp", batch.maxTimestamp ?? latestTimestamp(batch, baseTimestamp), 64));
  view.setBigInt64(43, int("producerId", batch.producerId ?? -1n, 64));
  view.setInt16(51, int("producerEpoch", batch.producerEpoch ?? -1, 16));
  view.setInt32(53, int("baseSequence", batch.baseSequence ?? -1, 32));
  view.setInt32(57, records.length);
  view.setUint32(17, batchChecksum(bytes));
}
