import type * as Lz4 from "lz4-napi";

import { RecordsLimitError } from "../records-error.ts";
import type { CompressionCodec } from "./codec.ts";
import { lz4FrameBytes, readLz4Frame } from "./lz4-frame.ts";
import type { Lz4Frame } from "./lz4-frame.ts";
import { loadNative } from "./native.ts";
import { xxh32OfShort } from "./xxh32.ts";

let lz4: typeof Lz4 | undefined;
const load = (): typeof Lz4 => (lz4 ??= loadNative("lz4-napi") as typeof Lz4);

/** Kafka writes one. */
const mostFrames = 1024;
/** Bytes of a frame's magic number, and where its descriptor begins. */
const magicBytes = 4;

/**
 * lz4 frames by the `lz4-napi` package. Writes independent blocks without checksums, as Kafka does (its
 * Java client cannot read linked ones); reads any. Frames that follow each other are read as one.
 *
 * What the package gives back is freed only once the event loop has turned; nothing in it changes that.
 *
 * In magic 0, Kafka computed the header checksum over the frame's magic number too (KAFKA-3160): it is
 * written like that, and not checked.
 */
export function lz4Codec(): CompressionCodec {
  return {
    id: 3,
    name: "lz4",
    compress: (bytes, { magic }) => {
      const frame = load().compressFrameSync(asBuffer(bytes));
      return magic === 0 ? withHeaderChecksum(frame, readLz4Frame(frame, 0), 0) : frame;
    },
    decompress: (bytes, { magic, maxBytes }) => decompress(asBuffer(bytes), magic === 0, maxBytes),
  };
}

function decompress(bytes: Buffer, checksumIsWrong: boolean, maxBytes: number): Uint8Array {
  const frames = framesOf(bytes);
  // The bound is cheap and nearly always enough; only near the limit are the blocks looked into.
  if (sum(frames, (frame) => frame.mostBytes) > maxBytes) {
    const exactBytes = sum(frames, (frame) => lz4FrameBytes(bytes, frame));
    if (exactBytes > maxBytes) throw new RecordsLimitError("maxDecompressedBytes", maxBytes);
  }
  const { decompressFrameSync } = load();
  const outputs = frames.map((frame) =>
    decompressFrameSync(
      checksumIsWrong ? withHeaderChecksum(bytes, frame, magicBytes) : bytes.subarray(frame.start, frame.end),
    ),
  );
  return outputs.length === 1 ? (outputs[0] as Buffer) : Buffer.concat(outputs);
}

function framesOf(bytes: Buffer): Lz4Frame[] {
  const frames: Lz4Frame[] = [];
  let at = 0;
  do {
    const frame = readLz4Frame(bytes, at);
    if (frames.push(frame) > mostFrames) throw new Error(`more than ${mostFrames} lz4 frames`);
    at = frame.end;
  } while (at < bytes.length);
  return frames;
}

/** A copy of the frame with the checksum of its header, counted from byte `from` on: 4 is the right one. */
function withHeaderChecksum(bytes: Buffer, frame: Lz4Frame, from: number): Buffer {
  const copy = Buffer.from(bytes.subarray(frame.start, frame.end));
  const checksumAt = frame.headerChecksumAt - frame.start;
  copy[checksumAt] = xxh32OfShort(copy.subarray(from, checksumAt)) >>> 8;
  return copy;
}

function sum(frames: readonly Lz4Frame[], bytesOf: (frame: Lz4Frame) => number): number {
  let total = 0;
  for (const frame of frames) total += bytesOf(frame);
  return total;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
