import { constants, gunzipSync, gzipSync } from "node:zlib";

import { whole } from "../whole.ts";
import type { CompressionCodec } from "./codec.ts";
import { bounded } from "./zlib.ts";

export interface GzipOptions {
  /**
   * 1 (fast) to 9 (small).
   * @default 6, zlib's own and what Kafka's producer means by -1
   */
  readonly level?: number;
}

/** gzip (RFC 1952) by node:zlib. Members that follow each other are read as one. */
export function gzipCodec(options: GzipOptions = {}): CompressionCodec {
  const level = whole("level", options.level ?? 6, constants.Z_BEST_SPEED, constants.Z_BEST_COMPRESSION);

  return {
    id: 1,
    name: "gzip",
    compress: (bytes) => gzipSync(bytes, { level }),
    decompress: (bytes, { maxBytes }) =>
      bounded(maxBytes, 0, (maxOutputLength) => gunzipSync(bytes, { maxOutputLength })),
  };
}
