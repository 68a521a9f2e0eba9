/**
 * The LZ4 frame format, walked but not decompressed: what must be known before memory is spent.
 *
 *     0 04 22 4d 18 | FLG | BD | [content size uint64] | [dictionary id uint32] | HC |
 *     blocks, each uint32 size (top bit: stored as it is) and data | [checksum uint32 each] |
 *     00 00 00 00 | [content checksum uint32]
 *
 * Little-endian. FLG: bits 7-6 version 01, 5 independent blocks, 4 block checksums, 3 content size,
 * 2 content checksum, 1 reserved, 0 dictionary id. BD: bits 6-4 largest block, 4 to 7 for 64 KiB to 4 MiB.
 */
export interface Lz4Frame {
  readonly start: number;
  readonly end: number;
  /** Where the header checksum stands. */
  readonly headerChecksumAt: number;
  /** The bytes come of it are no more than this. */
  readonly mostBytes: number;
}

const frameMagic = 0x184d2204;
const storedBit = 0x8000_0000;
/** A byte of a match's length adds at most this. */
const mostExpansion = 255;

/** @throws Error unless a whole frame begins at `start`. */
export function readLz4Frame(bytes: Buffer, start: number): Lz4Frame {
  if (bytes.length - start < 7) throw new Error("an lz4 frame that is cut off");
  if (bytes.readUInt32LE(start) !== frameMagic) throw new Error("no lz4 frame");
  const flags = bytes[start + 4] as number;
  const largestBlock = ((bytes[start + 5] as number) >> 4) & 7;
  if (flags >> 6 !== 1) throw new Error(`lz4 frame version ${flags >> 6}`);
  if ((flags & 0x03) !== 0) throw new Error(`lz4 frame flags 0x${flags.toString(16)}`);
  if (largestBlock < 4) throw new Error(`lz4 largest block ${largestBlock}`);
  const largestBlockBytes = 1 << (8 + 2 * largestBlock);
  const headerChecksumAt = start + 6 + ((flags & 0x08) === 0 ? 0 : 8);
  let mostBytes = 0;
  let at = headerChecksumAt + 1;
  for (;;) {
    if (bytes.length - at < 4) throw new Error("an lz4 frame without its end");
    const word = bytes.readUInt32LE(at);
    at += 4;
    if (word === 0) break;
    const size = word & ~storedBit;
    if (size > largestBlockBytes || size > bytes.length - at) {
      throw new Error(`an lz4 block of ${size} bytes, ${bytes.length - at} left`);
    }
    mostBytes += word >= storedBit ? size : Math.min(largestBlockBytes, size * mostExpansion);
    at += size + ((flags & 0x10) === 0 ? 0 : 4);
  }
  at += (flags & 0x04) === 0 ? 0 : 4;
  if (at > bytes.length) throw new Error("an lz4 frame without its checksum");
  return { start, end: at, headerChecksumAt, mostBytes };
}

/**
 * What the blocks of `frame` come to, from the lengths in them.
 *
 *     sequence  token (literals << 4 | match) | [length bytes] | literals | offset uint16 | [length bytes]
 *
 * A nibble of 15 is added to by bytes up to and including the first that is not 255. The last
 * sequence ends with its literals; a match is 4 longer than it says.
 */
export function lz4FrameBytes(bytes: Buffer, frame: Lz4Frame): number {
  const blockChecksumBytes = ((bytes[frame.start + 4] as number) & 0x10) === 0 ? 0 : 4;
  let total = 0;
  for (let at = frame.headerChecksumAt + 1; ;) {
    const word = bytes.readUInt32LE(at);
    if (word === 0) return total;
    const size = word & ~storedBit;
    at += 4;
    total += word >= storedBit ? size : blockOutputBytes(bytes, at, at + size);
    at += size + blockChecksumBytes;
  }
}

function blockOutputBytes(bytes: Buffer, start: number, end: number): number {
  let total = 0;
  let at = start;
  const extended = (nibble: number): number => {
    let length = nibble;
    if (nibble === 15) {
      let byte;
      do {
        byte = at < end ? (bytes[at++] as number) : 0;
        length += byte;
      } while (byte === 255);
    }
    return length;
  };
  while (at < end) {
    const token = bytes[at++] as number;
    const literals = extended(token >> 4);
    total += literals;
    at += literals;
    if (at >= end) break;
    at += 2;
    total += extended(token & 15) + 4;
  }
  return total;
}
