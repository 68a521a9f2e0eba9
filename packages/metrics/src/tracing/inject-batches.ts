import type { SpanContext } from "@opentelemetry/api";
import {
  BatchCursor,
  decodeBatch,
  encodeBatch,
  ProtocolError,
  RecordsLimitError,
} from "@pagoda/kafka/protocol";
import type { BatchRecord } from "@pagoda/kafka/protocol";

import { formatTraceParent, hasTraceParent, traceParentKey } from "./trace-parent.ts";

export interface InjectBounds {
  /** Largest batch that is sent on; one that would grow beyond it stays as it came. */
  readonly maxBatchBytes: number;
  /** Most bytes that one batch may decompress to; one that is bigger stays as it came. */
  readonly maxDecompressedBytes: number;
}

/** How many records got a context, were left as they are on purpose, or could not be changed. */
export interface Injected {
  ok: number;
  skipped: number;
  failed: number;
}

/** The context of the next record that has none. */
export type NextContext = () => Pick<SpanContext, "traceId" | "spanId" | "traceFlags">;

/**
 * A `records` field, with a `traceparent` on every record that has none; the very field where nothing
 * changed. Each batch keeps all that its header says but its length and checksum, its compression (not
 * the level of it), and its records all but the header that comes last.
 *
 * What is left alone: records with a `traceparent` in whatever case, control batches, message formats
 * 0 and 1, batches that are or would become too big, batches that cannot be read, whose checksum is
 * wrong most of all, and a tail that is no batch.
 */
export function injectIntoRecords(
  records: Uint8Array,
  nextContext: NextContext,
  bounds: InjectBounds,
  counts: Injected,
): Uint8Array {
  const cursor = new BatchCursor(records);
  const parts: Uint8Array[] = [];
  const here: Injected = { ok: 0, skipped: 0, failed: 0 };
  let changed = false;
  try {
    while (cursor.next()) {
      const made = injectIntoBatch(cursor, nextContext, bounds, here);
      changed ||= made !== undefined;
      parts.push(made ?? cursor.bytes);
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    // What comes before it stays as it came, too: a field that is not understood is not rearranged.
    counts.failed += here.ok + here.skipped + here.failed + 1;
    return records;
  }
  counts.ok += here.ok;
  counts.skipped += here.skipped;
  counts.failed += here.failed;
  if (!changed) return records;
  if (cursor.partialTailBytes > 0) parts.push(records.subarray(records.length - cursor.partialTailBytes));
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
}

/** Records that a `records` field says it holds; what cannot be read counts as one. */
export function countRecords(records: Uint8Array | null): number {
  const cursor = new BatchCursor(records ?? undefined);
  let count = 0;
  try {
    while (cursor.next()) count += Math.max(cursor.recordCount, 1);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    count += 1;
  }
  return count;
}

/** The batch that the cursor stands at, made anew; undefined where it stays as it came. */
function injectIntoBatch(
  cursor: BatchCursor,
  nextContext: NextContext,
  { maxBatchBytes, maxDecompressedBytes }: InjectBounds,
  counts: Injected,
): Uint8Array | undefined {
  const count = Math.max(cursor.recordCount, 1);
  if (cursor.magic !== 2 || cursor.isControl || cursor.size > maxBatchBytes) {
    counts.skipped += count;
    return undefined;
  }
  try {
    const batch = decodeBatch(cursor, { maxDecompressedBytes });
    let given = 0;
    const changed = batch.records.map((record) => {
      if (hasTraceParent(record.headers)) return record;
      given += 1;
      return withContext(record, nextContext);
    });
    const made = given === 0 ? undefined : encodeBatch({ ...batch, records: changed });
    if (made === undefined || made.length > maxBatchBytes) {
      counts.skipped += count;
      return undefined;
    }
    counts.ok += given;
    counts.skipped += changed.length - given;
    return made;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (error instanceof RecordsLimitError) counts.skipped += count;
    else counts.failed += count;
    return undefined;
  }
}

function withContext(record: BatchRecord, nextContext: NextContext): BatchRecord {
  const value = Buffer.from(formatTraceParent(nextContext()), "latin1");
  return { ...record, headers: [...record.headers, { key: traceParentKey, value }] };
}
