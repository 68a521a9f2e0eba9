import type * as Snappy from "snappy";

import { RecordsLimitError } from "../records-error.ts";
import type { CompressionCodec } from "./codec.ts";
import { loadNative } from "./native.ts";

/**
 * What snappy-java puts in front, and Kafka with it ("xerial" framing):
 *
 *     0 82 53 4e 41 50 50 59 00 | 8 version int32 | 12 least compatible version int32 |
 *     blocks, each int32 length and a raw snappy block
 *
 * Big-endian. Where streams were concatenated, a header stands where a block could.
 */
const streamHeader = Buffer.from("82534e41505059000000000100000001", "hex");
const magic = streamHeader.subarray(0, 8);
/** The header's first four bytes, read as the length of a block. */
const headerAsLength = streamHeader.readInt32BE(0);
/** As snappy-java cuts it: readers allocate a block of this size. */
const blockBytes = 32 * 1024;
/** Each block costs a call: this many may be as small as they like, more have to be of some size on average. */
const freeBlocks = 1024;
const leastBlockBytes = 64;
/** No snappy element makes more of its bytes: 64 out of 3. */
const mostExpansion = 64 / 3;

/** Memory of its own would be freed only once the event loop has turned: a loop over batches piles it up. */
const copied = { copyOutputData: true };

let snappy: typeof Snappy | undefined;
const load = (): typeof Snappy => (snappy ??= loadNative("snappy") as typeof Snappy);

/**
 * Snappy by the `snappy` package. Writes Kafka's framing; reads that, and raw blocks as some clients
 * send them.
 */
export function snappyCodec(): CompressionCodec {
  return {
    id: 2,
    name: "snappy",
    compress,
    decompress: (bytes, { maxBytes }) => decompress(bytes, maxBytes),
  };
}

function compress(bytes: Uint8Array): Uint8Array {
  const { compressSync } = load();
  const parts: Uint8Array[] = [streamHeader];
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const block = compressSync(bytes.subarray(at, at + blockBytes), copied);
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

function decompress(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const { uncompressSync } = load();
  // A Buffer, unless asked for a string.
  const uncompress = (block: Uint8Array): Buffer => uncompressSync(block, copied) as Buffer;
  let blocks = 0;
  let totalBytes = 0;
  forEachBlock(bytes, (block) => {
    blocks++;
    totalBytes += statedBytes(block);
    if (totalBytes > maxBytes) throw new RecordsLimitError("maxDecompressedBytes", maxBytes);
  });
  if (blocks === 1 && !isFramed(bytes)) return uncompress(bytes);
  if (blocks > freeBlocks + totalBytes / leastBlockBytes) {
    throw new Error(`${blocks} snappy blocks for ${totalBytes} bytes`);
  }
  const output = Buffer.allocUnsafeSlow(totalBytes);
  let at = 0;
  forEachBlock(bytes, (block) => {
    at += uncompress(block).copy(output, at);
  });
  return output;
}

function isFramed(bytes: Uint8Array): boolean {
  return bytes.length >= streamHeader.length && magic.equals(bytes.subarray(0, magic.length));
}

function forEachBlock(bytes: Uint8Array, visit: (block: Uint8Array) => void): void {
  if (!isFramed(bytes)) return visit(bytes);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at < buffer.length) {
    const length = buffer.length - at < 4 ? -1 : buffer.readInt32BE(at);
    if (length === headerAsLength) {
      at += streamHeader.length;
      continue;
    }
    const start = at + 4;
    if (length < 0 || length > buffer.length - start) {
      throw new Error(`a snappy block of ${length} bytes at byte ${at} of ${buffer.length}`);
    }
    at = start + length;
    visit(bytes.subarray(start, at));
  }
  if (at > buffer.length) throw new Error("a snappy stream header that is cut off");
}

/** The decompressed size in front of a raw block, refused where that many bytes cannot come of it. */
function statedBytes(block: Uint8Array): number {
  let stated = 0;
  let unit = 1;
  for (let at = 0; at < 5; at++) {
    const byte = block[at];
    if (byte === undefined) break;
    stated += (byte & 0x7f) * unit;
    if (byte < 0x80) {
      if (stated > block.length * mostExpansion) {
        throw new Error(`${stated} bytes stated for a snappy block of ${block.length}`);
      }
      return stated;
    }
    unit *= 0x80;
  }
  throw new Error("a snappy block without its size");
}
