import type { Reader } from "../wire/reader.ts";
import type { SkimmedPartition } from "./skimmed-partition.ts";

// All formats have an offset at 0, a size at 8, which counts from 12 on, and the magic byte at 16.
const sizeAt = 8;
const afterSize = 12;
const magicAt = 16;
const leastBytes = 17;

// Format 2: the record batch (KIP-98).
const attributesLowAt = 22;
const baseTimestampAt = 27;
const maxTimestampAt = 35;
const recordCountAt = 57;
const batchBytes = 61;

// Formats 0 and 1: an entry of a message set.
const messageAttributesAt = 17;
const messageTimestampAt = 18;
const messageBytes = 26;
const timestampBytes = 8;

/**
 * Reads the batch headers of a records field of `length` bytes, and passes over the field. What is
 * no batch, or is cut off (as the last of a fetch may be), ends the counting and is no error: records
 * are opaque to the message that carries them.
 */
export function skimRecords(r: Reader, length: number, out: SkimmedPartition): void {
  out.recordsBytes = length < 0 ? 0 : length;
  out.batches = 0;
  out.records = 0;
  out.baseOffset = -1;
  out.baseTimestamp = -1;
  out.maxTimestamp = -1;
  out.codec = -1;
  out.magic = -1;
  if (length <= 0) return;
  const view = r.dataView;
  let at = r.position;
  r.skip(length);
  const end = r.position;
  while (at + leastBytes <= end) {
    const bytes = view.getInt32(at + sizeAt) + afterSize;
    if (bytes < leastBytes || at + bytes > end) return;
    const magic = view.getInt8(at + magicAt);
    if (magic === 2 ? !skimBatch(view, at, bytes, out) : !skimMessage(view, at, bytes, magic, out)) return;
    at += bytes;
  }
}

function skimBatch(view: DataView, at: number, bytes: number, out: SkimmedPartition): boolean {
  if (bytes < batchBytes) return false;
  const count = view.getInt32(at + recordCountAt);
  if (count < 0) return false;
  if (out.batches++ === 0) {
    out.magic = 2;
    out.baseOffset = int64(view, at);
    out.codec = view.getInt8(at + attributesLowAt) & 7;
    out.baseTimestamp = int64(view, at + baseTimestampAt);
  }
  out.records += count;
  const latest = int64(view, at + maxTimestampAt);
  if (latest > out.maxTimestamp) out.maxTimestamp = latest;
  return true;
}

function skimMessage(
  view: DataView,
  at: number,
  bytes: number,
  magic: number,
  out: SkimmedPartition,
): boolean {
  if (magic < 0 || magic > 1 || bytes < messageBytes + magic * timestampBytes) return false;
  const timestamp = magic === 1 ? int64(view, at + messageTimestampAt) : -1;
  if (out.batches++ === 0) {
    out.magic = magic;
    out.baseOffset = int64(view, at);
    out.codec = view.getInt8(at + messageAttributesAt) & 7;
    out.baseTimestamp = timestamp;
  }
  out.records++;
  if (timestamp > out.maxTimestamp) out.maxTimestamp = timestamp;
  return true;
}

/** As the nearest number. */
function int64(view: DataView, at: number): number {
  return view.getInt32(at) * 0x1_0000_0000 + view.getUint32(at + 4);
}
