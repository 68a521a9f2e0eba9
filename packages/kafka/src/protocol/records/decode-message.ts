import { compressionIdOf, withoutCompression } from "./attributes.ts";
import { BatchCursor, messageHeaderBytes } from "./batch-cursor.ts";
import { expectChecksum, messageChecksum } from "./checksum.ts";
import { zstdId } from "./compression/zstd.ts";
import type { DecodeRecordsSettings } from "./decode-options.ts";
import { decompress } from "./decompress.ts";
import type { BatchRecord, RecordBatch, RecordHeader } from "./record-batch.ts";
import { MalformedRecordsError, RecordsLimitError, UnsupportedCompressionError } from "./records-error.ts";

const noHeaders: readonly RecordHeader[] = Object.freeze([]);

/** A message as it stands on the wire. */
interface Message {
  readonly magic: 0 | 1;
  readonly offset: bigint;
  readonly attributes: number;
  readonly timestamp: bigint;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

/**
 * Decodes the message of magic 0 or 1 that `cursor` stands at, and the messages inside it if it is
 * compressed. Those are of the same magic and not compressed again, as Kafka demands. A key of the
 * compressed message itself, which nobody sets, is lost.
 *
 * Offsets inside are absolute in magic 0. In magic 1 they are relative (KIP-31), and the message's
 * own offset is that of the last one inside; where it is 0 they are counted from 0, because old
 * librdkafka produced that.
 */
export function decodeMessage(cursor: BatchCursor, settings: DecodeRecordsSettings): RecordBatch {
  const { at } = cursor;
  const message = readMessage(cursor, at, settings);
  const compressionId = compressionIdOf(message);
  if (compressionId === 0) return batchOf(message, message.offset, message.offset, [message], at);

  const { magic, offset, value } = message;
  if (compressionId === zstdId) throw new UnsupportedCompressionError(`zstd in magic ${magic}`);
  if (value === null) bad(at, "a compressed message without a value");
  const inside = messagesIn(decompress(value, compressionId, magic, at, settings), at, magic, settings);
  const [first] = inside;
  const last = inside.at(-1);
  if (first === undefined || last === undefined) bad(at, "a compressed message with nothing inside");
  if (magic === 0) return batchOf(message, first.offset, first.offset, inside, at);
  const base = offset === 0n ? 0n : BigInt.asIntN(64, offset - last.offset);
  return batchOf(message, base, 0n, inside, at);
}

/** `origin` is what the offsets of `messages` are counted from: `baseOffset` stands for it. */
function batchOf(
  { magic, attributes, timestamp }: Message,
  baseOffset: bigint,
  origin: bigint,
  messages: readonly Message[],
  batchAt: number,
): RecordBatch {
  const records = messages.map((message): BatchRecord => {
    const offsetDelta = Number(message.offset - origin);
    if (!Number.isSafeInteger(offsetDelta)) bad(batchAt, `offset ${message.offset} beside ${origin}`);
    return {
      attributes: withoutCompression(message.attributes),
      offsetDelta,
      timestampDelta: BigInt.asIntN(64, message.timestamp - timestamp),
      key: message.key,
      value: message.value,
      headers: noHeaders,
    };
  });
  return {
    magic,
    baseOffset,
    partitionLeaderEpoch: -1,
    attributes,
    lastOffsetDelta: records.at(-1)?.offsetDelta ?? 0,
    baseTimestamp: timestamp,
    maxTimestamp: timestamp,
    producerId: -1n,
    producerEpoch: -1,
    baseSequence: -1,
    records,
  };
}

function messagesIn(
  bytes: Uint8Array,
  batchAt: number,
  magic: 0 | 1,
  settings: DecodeRecordsSettings,
): Message[] {
  const cursor = new BatchCursor(bytes);
  const messages: Message[] = [];
  try {
    while (cursor.next()) {
      if (cursor.magic !== magic) bad(batchAt, `magic ${cursor.magic} within magic ${magic}`);
      if (cursor.compressionId !== 0) bad(batchAt, "a compressed message");
      if (messages.length === settings.maxRecords) {
        throw new RecordsLimitError("maxRecords", settings.maxRecords);
      }
      messages.push(readMessage(cursor, batchAt, settings));
    }
    if (cursor.partialTailBytes > 0) bad(batchAt, `${cursor.partialTailBytes} bytes that are no message`);
  } catch (error) {
    if (error instanceof MalformedRecordsError) bad(batchAt, `inside: ${error.reason}`);
    throw error;
  }
  return messages;
}

function readMessage(cursor: BatchCursor, batchAt: number, settings: DecodeRecordsSettings): Message {
  const { attributes, baseOffset: offset, bytes } = cursor;
  if (settings.verifyChecksums) expectChecksum(batchAt, cursor.crc, messageChecksum(bytes));
  const magic = cursor.magic as 0 | 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const keyAt = messageHeaderBytes[magic];
  const valueAt = endOfBytes(view, keyAt);
  // Behind the key comes the value's length, and behind the value nothing.
  if (valueAt + 4 > bytes.length) bad(batchAt, "key runs past the end of the message");
  const end = endOfBytes(view, valueAt);
  if (end !== bytes.length) bad(batchAt, `value ends ${end - bytes.length} bytes from the message's end`);
  const timestamp = magic === 1 ? view.getBigInt64(18) : -1n;
  const [key, value] = [bytesAt(view, keyAt), bytesAt(view, valueAt)];
  return { magic, offset, attributes, timestamp, key, value };
}

/** Where the int32 length at `at` and its bytes end. As Kafka reads it, any negative length is null. */
function endOfBytes(view: DataView, at: number): number {
  return at + 4 + Math.max(0, view.getInt32(at));
}

function bytesAt(view: DataView, at: number): Uint8Array | null {
  const length = view.getInt32(at);
  return length < 0 ? null : new Uint8Array(view.buffer, view.byteOffset + at + 4, length);
}

function bad(batchAt: number, reason: string): never {
  throw new MalformedRecordsError(batchAt, reason);
}
