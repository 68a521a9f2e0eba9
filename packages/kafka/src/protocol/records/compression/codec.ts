import type { Magic } from "../attributes.ts";

/** What a {@link CompressionCodec} is told about the batch. */
export interface CompressionContext {
  /** Format of the batch: lz4 has a bug of its own in magic 0. */
  readonly magic: Magic;
}

/** As {@link CompressionContext}, with the bound for decompressing. */
export interface DecompressionContext extends CompressionContext {
  /** Most bytes to give back. */
  readonly maxBytes: number;
}

/** One way to compress what is inside a batch. */
export interface CompressionCodec {
  /** The id in the batch's attributes, 1 to 7. */
  readonly id: number;
  /** Name in errors. */
  readonly name: string;
  /** The compressed form. The result is the caller's. */
  compress(bytes: Uint8Array, context: CompressionContext): Uint8Array;
  /**
   * What was compressed. The result is the caller's.
   *
   * Must not spend memory on what the bytes merely claim. Throws `RecordsLimitError` if the result
   * would exceed `maxBytes`; whatever else it throws becomes the cause of a `MalformedRecordsError`.
   */
  decompress(bytes: Uint8Array, context: DecompressionContext): Uint8Array;
}

/**
 * Codecs by id. To replace or add one:
 * `new Map([...standardCodecs, [mine.id, mine]])`.
 */
export type CompressionCodecs = ReadonlyMap<number, CompressionCodec>;
