import { compressionIdOf, hasLogAppendTime, withoutCompression } from "./attributes.ts";
import { logOverheadBytes, messageHeaderBytes } from "./batch-cursor.ts";
import { messageChecksum } from "./checksum.ts";
import { compress } from "./compress.ts";
import { zstdId } from "./compression/zstd.ts";
import { int } from "./int.ts";
import { latestTimestamp } from "./new-batch.ts";
import type { EncodeRecordsOptions, NewBatch, NewRecord } from "./new-batch.ts";
import { InvalidRecordsError, UnsupportedCompressionError } from "./records-error.ts";

interface Message {
  readonly offset: bigint;
  readonly attributes: number;
  readonly timestamp: bigint;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

/**
 * Encodes records as messages of magic 0 or 1; the layout is {@link BatchCursor}'s. A compressed
 * message is at its last record's offset, without a key of its own; the offsets inside are absolute in
 * magic 0, and in magic 1 counted from the base offset (KIP-31).
 */
export function encodeMessages(
  batch: NewBatch,
  magic: 0 | 1,
  attributes: number,
  options: EncodeRecordsOptions | undefined,
): Uint8Array {
  const { records } = batch;
  if ((batch.producerId ?? -1n) !== -1n) throw new InvalidRecordsError(`magic ${magic} has no producer id`);
  const baseOffset = int("baseOffset", batch.baseOffset ?? 0n, 64);
  const messages = records.map((record, index) => messageOf(record, index, batch));
  const compressionId = compressionIdOf({ magic, attributes });
  if (compressionId === 0) {
    return join(messages.map((message) => encode(magic, standingAlone(message, batch, magic, attributes))));
  }
  if (compressionId === zstdId) throw new UnsupportedCompressionError(`zstd in magic ${magic}`);
  const last = messages.at(-1);
  if (last === undefined) throw new InvalidRecordsError("a compressed message of no records");
  // A reader takes 0 to mean that the offsets inside are counted from 0.
  if (magic === 1 && last.offset === 0n && baseOffset !== 0n) {
    throw new InvalidRecordsError(`a compressed message from ${baseOffset} to 0`);
  }
  const base = magic === 0 ? 0n : baseOffset;
  const inside = messages.map((message) =>
    encode(magic, { ...message, offset: BigInt.asIntN(64, message.offset - base) }),
  );
  const value = compress(join(inside), compressionId, magic, options);
  const timestamp = timestampOfAll(batch, magic);
  return encode(magic, { offset: last.offset, attributes, timestamp, key: null, value });
}

function messageOf(record: NewRecord, index: number, batch: NewBatch): Message {
  const { attributes = 0, offsetDelta = index, headers = [] } = record;
  if (headers.length > 0) throw new InvalidRecordsError(`record ${index}: messages have no headers`);
  if (!Number.isSafeInteger(offsetDelta)) {
    throw new InvalidRecordsError(`record ${index}: not a valid offsetDelta: ${offsetDelta}`);
  }
  const timestampDelta = int("timestampDelta", record.timestampDelta ?? 0n, 64);
  return {
    // Wrapping as a reader does, so that whatever was decoded can be encoded.
    offset: BigInt.asIntN(64, (batch.baseOffset ?? 0n) + BigInt(offsetDelta)),
    attributes: withoutCompression(attributes),
    timestamp: BigInt.asIntN(64, int("baseTimestamp", batch.baseTimestamp ?? -1n, 64) + timestampDelta),
    key: record.key ?? null,
    value: record.value ?? null,
  };
}

/** A message that has no other around it to say whose clock its timestamp is. */
function standingAlone(message: Message, batch: NewBatch, magic: 0 | 1, attributes: number): Message {
  if (!hasLogAppendTime({ magic, attributes })) return message;
  return {
    ...message,
    attributes: message.attributes | withoutCompression(attributes),
    timestamp: timestampOfAll(batch, magic),
  };
}

function timestampOfAll(batch: NewBatch, magic: 0 | 1): bigint {
  return batch.maxTimestamp ?? latestTimestamp({ ...batch, magic }, batch.baseTimestamp ?? -1n);
}

function encode(magic: 0 | 1, { offset, attributes, timestamp, key, value }: Message): Buffer {
  const keyAt = messageHeaderBytes[magic];
  const valueAt = keyAt + 4 + bytesOf("key", key);
  const bytes = Buffer.allocUnsafe(valueAt + 4 + bytesOf("value", value));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  view.setBigInt64(0, int("offset", offset, 64));
  view.setInt32(8, bytes.length - logOverheadBytes);
  view.setInt8(16, magic);
  view.setInt8(17, int("attributes", attributes, 8));
  if (magic === 1) view.setBigInt64(18, int("timestamp", timestamp, 64));
  view.setInt32(keyAt, key === null ? -1 : key.length);
  if (key !== null) bytes.set(key, keyAt + 4);
  view.setInt32(valueAt, value === null ? -1 : value.length);
  if (value !== null) bytes.set(value, valueAt + 4);
  view.setUint32(12, messageChecksum(bytes));
  return bytes;
}

function bytesOf(name: string, value: Uint8Array | null): number {
  if (value === null) return 0;
  if (!(value instanceof Uint8Array)) throw new InvalidRecordsError(`not a valid ${name}: ${String(value)}`);
  return value.length;
}

function join(messages: readonly Buffer[]): Buffer {
  return messages.length === 1 ? (messages[0] as Buffer) : Buffer.concat(messages);
}
