/** The format of a batch, its byte 16: 0 and 1 are message sets, 2 is the record batch of KIP-98. */
export type Magic = 0 | 1 | 2;

/**
 * Where a batch says how it is to be read.
 *
 *     bits 0-2  compression: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd (KIP-110; magic 2 only)
 *     bit  3    timestamp type: 0 CreateTime, 1 LogAppendTime (KIP-32; magic 1 and 2)
 *     bit  4    transactional (KIP-98; this and what follows: magic 2)
 *     bit  5    control batch
 *     bit  6    baseTimestamp is the delete horizon (KIP-534)
 */
export interface HasAttributes {
  readonly magic: Magic;
  /** An int16; an int8 in magic 0 and 1. Bits without a meaning are kept. */
  readonly attributes: number;
}

/** Kafka's name of a compression; `unknown` is an id that Kafka has not given a meaning (5 to 7). */
export type CompressionName = "none" | "gzip" | "snappy" | "lz4" | "zstd" | "unknown";

/** Whose clock a batch's timestamps are: the producer's, the broker's, or (magic 0) nobody's. */
export type TimestampType = "NoTimestampType" | "CreateTime" | "LogAppendTime";

const names: readonly CompressionName[] = ["none", "gzip", "snappy", "lz4", "zstd"];

const compressionBits = 0x07;
const logAppendTimeBit = 0x08;
const transactionalBit = 0x10;
const controlBit = 0x20;
const deleteHorizonBit = 0x40;

/** Id of the compression, 0 to 7. */
export function compressionIdOf({ attributes }: HasAttributes): number {
  return attributes & compressionBits;
}

export function compressionOf(batch: HasAttributes): CompressionName {
  return compressionName(compressionIdOf(batch));
}

export function timestampTypeOf(batch: HasAttributes): TimestampType {
  if (batch.magic === 0) return "NoTimestampType";
  return hasLogAppendTime(batch) ? "LogAppendTime" : "CreateTime";
}

/** Is the batch's timestamp that of all its records? */
export function hasLogAppendTime({ magic, attributes }: HasAttributes): boolean {
  return magic !== 0 && (attributes & logAppendTimeBit) !== 0;
}

export function isTransactional(batch: HasAttributes): boolean {
  return hasFlag(batch, transactionalBit);
}

/** Does the batch hold markers of the broker's instead of records? See `controlRecord`. */
export function isControl(batch: HasAttributes): boolean {
  return hasFlag(batch, controlBit);
}

/** Is the base timestamp when tombstones and aborted markers may go? */
export function hasDeleteHorizon(batch: HasAttributes): boolean {
  return hasFlag(batch, deleteHorizonBit);
}

function hasFlag({ magic, attributes }: HasAttributes, bit: number): boolean {
  return magic === 2 && (attributes & bit) !== 0;
}

/** Kafka's name of compression `id`. */
export function compressionName(id: number): CompressionName {
  return names[id] ?? "unknown";
}

/** `attributes` with another compression. @throws RangeError if there is none of that name. */
export function withCompression(attributes: number, name: CompressionName): number {
  const id = names.indexOf(name);
  if (id < 0) throw new RangeError(`compression must be one of ${names.join(", ")}, got ${name}`);
  return withoutCompression(attributes) | id;
}

export function withoutCompression(attributes: number): number {
  return attributes & ~compressionBits;
}
