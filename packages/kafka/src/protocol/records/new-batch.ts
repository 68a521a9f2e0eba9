import { hasLogAppendTime } from "./attributes.ts";
import type { CompressionName } from "./attributes.ts";
import type { CompressionCodecs } from "./compression/codec.ts";
import type { BatchRecord, RecordBatch } from "./record-batch.ts";

/**
 * A record to encode: a decoded one, a copy of it, or a new one. What it does not state: `key` null,
 * `value` null, `headers` none, `offsetDelta` its index, `timestampDelta` 0n, `attributes` 0.
 */
export type NewRecord = Partial<BatchRecord>;

/**
 * A batch to encode: a decoded one, a copy of it, or a new one. Nothing that it states is corrected.
 * What it does not state:
 *
 * - `magic` 2, `baseOffset` 0n, `partitionLeaderEpoch` -1, `attributes` 0, `baseTimestamp` -1n,
 *   `producerId` -1n, `producerEpoch` -1, `baseSequence` -1
 * - `lastOffsetDelta`: the last record's; 0 without records
 * - `maxTimestamp`: the latest record's; the base timestamp without records, or with LogAppendTime
 *
 * Magic 0 and 1 have a place for `baseOffset`, `attributes`, `baseTimestamp` (magic 1) and the records.
 */
export interface NewBatch extends Partial<Omit<RecordBatch, "records">> {
  readonly records: readonly NewRecord[];
}

export interface EncodeRecordsOptions {
  /**
   * Compress with this instead of what the batch's attributes say.
   * @default what the attributes say
   */
  readonly compression?: Exclude<CompressionName, "unknown">;
  /** @default standardCodecs */
  readonly codecs?: CompressionCodecs;
}

/** The `maxTimestamp` of a batch that states none. */
export function latestTimestamp(
  { magic = 2, attributes = 0, records }: NewBatch,
  baseTimestamp: bigint,
): bigint {
  if (hasLogAppendTime({ magic, attributes })) return baseTimestamp;
  let latest: bigint | undefined;
  for (const { timestampDelta = 0n } of records) {
    if (latest === undefined || timestampDelta > latest) latest = timestampDelta;
  }
  return baseTimestamp + (latest ?? 0n);
}
