import { deepStrictEqual } from "node:assert";

import { ProtocolError } from "../src/protocol/errors/protocol-error.ts";
import { BatchCursor } from "../src/protocol/records/batch-cursor.ts";
import { controlRecord } from "../src/protocol/records/control-record.ts";
import { decodeBatch, decodeBatches } from "../src/protocol/records/decode-batches.ts";
import type { DecodeRecordsOptions } from "../src/protocol/records/decode-options.ts";
import { encodeBatch } from "../src/protocol/records/encode-batch.ts";

// Small, so that a bomb is met early and thousands of runs stay quick.
const limits: DecodeRecordsOptions = {
  maxDecompressedBytes: 1 << 20,
  maxRecords: 10_000,
  maxHeaders: 10_000,
};

/**
 * Reads any bytes as record batches. Returns the code of the error that they end in, or null.
 * @throws whatever is none of our errors, or a difference if a batch changes in being encoded.
 */
export function fuzzRecords(bytes: Uint8Array, verifyChecksums: boolean): string | null {
  try {
    const cursor = new BatchCursor(bytes);
    while (cursor.next()) {
      const batch = decodeBatch(cursor, { ...limits, verifyChecksums });
      for (const record of batch.records) controlRecord(record);
      deepStrictEqual([...decodeBatches(encodeBatch(batch), limits)], [batch]);
    }
    return null;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}
