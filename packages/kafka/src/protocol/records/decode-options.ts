import type { CompressionCodecs } from "./compression/codec.ts";
import { standardCodecs } from "./compression/standard-codecs.ts";
import { whole } from "./whole.ts";

export interface DecodeRecordsOptions {
  /**
   * Most bytes that one batch may decompress to. A bigger one fails with RECORDS_LIMIT before memory
   * is spent on it.
   * @default 67108864 (64 MiB)
   */
  readonly maxDecompressedBytes?: number;
  /**
   * Most records in one batch. More fail with RECORDS_LIMIT: a record's least is 7 bytes, but what
   * becomes of them is a few hundred.
   * @default 1000000
   */
  readonly maxRecords?: number;
  /**
   * Most headers in one batch, over all its records. More fail with RECORDS_LIMIT.
   * @default 1000000
   */
  readonly maxHeaders?: number;
  /**
   * Check each batch's CRC; a wrong one fails with RECORDS_CHECKSUM.
   * @default true
   */
  readonly verifyChecksums?: boolean;
  /** @default standardCodecs */
  readonly codecs?: CompressionCodecs;
}

/** Options that were checked, with their defaults filled in. */
export type DecodeRecordsSettings = Required<DecodeRecordsOptions>;

const defaults: DecodeRecordsSettings = {
  maxDecompressedBytes: 64 * 1024 * 1024,
  maxRecords: 1_000_000,
  maxHeaders: 1_000_000,
  verifyChecksums: true,
  codecs: standardCodecs,
};

/** @throws RangeError if a limit is not a whole number above zero. */
export function decodeSettings(options: DecodeRecordsOptions | undefined): DecodeRecordsSettings {
  if (options === undefined) return defaults;
  const settings = { ...defaults, ...options };
  whole("maxDecompressedBytes", settings.maxDecompressedBytes, 1);
  whole("maxRecords", settings.maxRecords, 1);
  whole("maxHeaders", settings.maxHeaders, 1);
  return settings;
}
