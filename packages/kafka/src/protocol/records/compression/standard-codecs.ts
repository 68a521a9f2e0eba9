import type { CompressionCodecs } from "./codec.ts";
import { gzipCodec } from "./gzip.ts";
import { lz4Codec } from "./lz4.ts";
import { snappyCodec } from "./snappy.ts";
import { zstdCodec } from "./zstd.ts";

/** Kafka's four compressions, at Kafka's default levels. */
export const standardCodecs: CompressionCodecs = new Map(
  [gzipCodec(), snappyCodec(), lz4Codec(), zstdCodec()].map((codec) => [codec.id, codec]),
);
