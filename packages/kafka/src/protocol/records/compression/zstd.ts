import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

import { whole } from "../whole.ts";
import type { CompressionCodec } from "./codec.ts";
import { bounded } from "./zlib.ts";

/** Kafka writes one. Each costs a decompressor, so that a batch of empty ones would cost minutes. */
const mostFrames = 1024;

/** Its id, for magic 0 and 1 have none of it. */
export const zstdId = 4;

export interface ZstdOptions {
  /**
   * -131072 (fast) to 22 (small).
   * @default 3, Kafka's own `compression.zstd.level`
   */
  readonly level?: number;
}

/** zstd (RFC 8878) by node:zlib. Frames that follow each other are read as one. */
export function zstdCodec(options: ZstdOptions = {}): CompressionCodec {
  const level = whole("level", options.level ?? 3, -131_072, 22);
  const params = { [constants.ZSTD_c_compressionLevel]: level };

  return {
    id: zstdId,
    name: "zstd",
    compress: (bytes) => zstdCompressSync(bytes, { params }),
    decompress: (bytes, { maxBytes }) => decompress(bytes, maxBytes),
  };
}

/** What `info: true` makes of the answer; Node's types leave it out. */
interface WithEngine {
  readonly buffer: Buffer;
  /** `bytesWritten` is what the engine took of its input. */
  readonly engine: { readonly bytesWritten: number };
}

/** Node's decompressor stops after one frame and says nothing of the rest: go on behind it. */
function decompress(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const frames: Uint8Array[] = [];
  let at = 0;
  let usedBytes = 0;
  do {
    const frame = bounded(maxBytes, usedBytes, (maxOutputLength) => {
      const options = { maxOutputLength, info: true };
      const { buffer, engine } = zstdDecompressSync(bytes.subarray(at), options) as unknown as WithEngine;
      if (engine.bytesWritten === 0) throw new Error("a zstd frame of no bytes");
      at += engine.bytesWritten;
      return buffer;
    });
    if (frames.push(frame) > mostFrames) throw new Error(`more than ${mostFrames} zstd frames`);
    usedBytes += frame.length;
  } while (at < bytes.length);
  return frames.length === 1 ? (frames[0] as Uint8Array) : Buffer.concat(frames);
}
