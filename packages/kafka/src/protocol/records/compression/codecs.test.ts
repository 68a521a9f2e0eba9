import { gzipSync, zstdCompressSync } from "node:zlib";

import { describe, expect, it } from "vitest";

import type { CompressionCodec } from "./codec.ts";
import { gzipCodec } from "./gzip.ts";
import { lz4Codec } from "./lz4.ts";
import { snappyCodec } from "./snappy.ts";
import { standardCodecs } from "./standard-codecs.ts";
import { zstdCodec } from "./zstd.ts";

const plenty = { magic: 2, maxBytes: 1 << 26 } as const;
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const text = "pagoda ".repeat(40);

function decompressed(codec: CompressionCodec, bytes: Uint8Array): string {
  return Buffer.from(codec.decompress(bytes, plenty)).toString("latin1");
}

const codecs = [...standardCodecs.values()].map((codec) => [codec.name, codec] as const);

describe.each(codecs)("%s", (_, codec) => {
  it.each([0, 1, 100, 32_767, 32_768, 32_769, 200_000])("gives %i bytes back", (length) => {
    const bytes = Buffer.from(Array.from({ length }, (_, at) => (at * at) % 251));
    expect(Buffer.compare(codec.decompress(codec.compress(bytes, plenty), plenty), bytes)).toBe(0);
  });

  it("gives back as much as the limit, and not a byte more", () => {
    const packed = codec.compress(Buffer.alloc(100_000), plenty);
    expect(codec.decompress(packed, { magic: 2, maxBytes: 100_000 })).toHaveLength(100_000);
    expect(() => codec.decompress(packed, { magic: 2, maxBytes: 99_999 })).toThrow(
      expect.objectContaining({ code: "RECORDS_LIMIT", limit: "maxDecompressedBytes", max: 99_999 }),
    );
  });

  it("ends a bomb with an error before it has grown", () => {
    const bomb = codec.compress(Buffer.alloc(64 << 20), plenty);
    const before = process.memoryUsage();
    expect(() => codec.decompress(bomb, { magic: 2, maxBytes: 1 << 20 })).toThrow(
      expect.objectContaining({ code: "RECORDS_LIMIT" }),
    );
    const { arrayBuffers, external } = process.memoryUsage();
    expect(arrayBuffers + external - before.arrayBuffers - before.external).toBeLessThan(16 << 20);
  });

  it("refuses bytes that are cut off anywhere, or nothing", () => {
    const packed = codec.compress(Buffer.from(text), plenty);
    for (let length = 0; length < packed.length; length++) {
      // Kafka's framing of snappy has no end: what is cut between blocks is whole.
      if (codec.name === "snappy" && length === 16) continue;
      expect(() => codec.decompress(packed.subarray(0, length), plenty)).toThrow();
    }
  });

  it("does not keep or change what it is given", () => {
    const bytes = new Uint8Array(Buffer.from(text));
    const packed = new Uint8Array(codec.compress(bytes, plenty));
    expect(bytes).toEqual(new Uint8Array(Buffer.from(text)));
    const copy = packed.slice();
    const unpacked = codec.decompress(packed, plenty);
    expect(packed).toEqual(copy);
    packed.fill(0);
    expect(Buffer.from(unpacked).toString()).toBe(text);
  });
});

describe("gzip", () => {
  it("reads members that follow each other", () => {
    expect(decompressed(gzipCodec(), Buffer.concat([gzipSync("one "), gzipSync("two")]))).toBe("one two");
  });

  it("compresses at the level it is told", () => {
    const bytes = Buffer.from(text.repeat(100));
    const sizes = [1, 9].map((level) => gzipCodec({ level }).compress(bytes, plenty).length);
    expect(sizes[1]).toBeLessThan(sizes[0] ?? 0);
    expect(() => gzipCodec({ level: 10 })).toThrow("level must be a whole number from 1 to 9, got 10");
  });
});

describe("zstd", () => {
  it("reads frames that follow each other", () => {
    const frames = [zstdCompressSync("one "), zstdCompressSync(""), zstdCompressSync("two")];
    expect(decompressed(zstdCodec(), Buffer.concat(frames))).toBe("one two");
  });

  it("counts frames that follow each other together", () => {
    const frame = zstdCompressSync(Buffer.alloc(60));
    expect(() => zstdCodec().decompress(Buffer.concat([frame, frame]), { magic: 2, maxBytes: 100 })).toThrow(
      expect.objectContaining({ code: "RECORDS_LIMIT", max: 100 }),
    );
  });

  it("refuses more frames than anybody writes", () => {
    const frames = Buffer.concat(Array.from({ length: 1025 }, () => zstdCompressSync("")));
    expect(() => decompressed(zstdCodec(), frames)).toThrow("more than 1024 zstd frames");
  });

  it("reads what streaming compressors write, without the content's size", () => {
    expect(decompressed(zstdCodec(), hex("28b52ffd0058750000387061676f64612001000e528b11"))).toBe(text);
  });

  it("takes the levels that zstd has", () => {
    expect(decompressed(zstdCodec(), zstdCodec({ level: 19 }).compress(Buffer.from(text), plenty))).toBe(
      text,
    );
    expect(() => zstdCodec({ level: 23 })).toThrow("level must be a whole number");
  });
});

describe("snappy", () => {
  // 10 bytes: a literal of 5, then a copy of 5 from 5 back.
  const block = hex("0a 10 68656c6c6f 05 05");
  const header = hex("82534e4150505900 00000001 00000001");
  const length = hex("00000009");

  it("reads raw blocks, as some clients send them", () => {
    expect(decompressed(snappyCodec(), block)).toBe("hellohello");
  });

  it("reads Kafka's framing, also of streams that were joined", () => {
    const framed = Buffer.concat([header, length, block]);
    expect(decompressed(snappyCodec(), framed)).toBe("hellohello");
    expect(decompressed(snappyCodec(), Buffer.concat([framed, length, block, framed]))).toBe(
      "hellohello".repeat(3),
    );
    expect(decompressed(snappyCodec(), header)).toBe("");
  });

  it("writes Kafka's framing, in blocks of 32 KiB", () => {
    const packed = Buffer.from(snappyCodec().compress(Buffer.alloc(32_768 + 1), plenty));
    expect(packed.subarray(0, 16)).toEqual(header);
    const second = 20 + packed.readInt32BE(16);
    expect(packed.readInt32BE(second)).toBe(packed.length - second - 4);
  });

  it.each([
    ["states more than its bytes can become", hex("ffffffff0f 00")],
    ["states more than its bytes do become", hex("0b 10 68656c6c6f 05 05")],
    ["has no end to its size", hex("ffffffffffff")],
    ["is longer than the bytes", Buffer.concat([header, hex("7fffffff"), block])],
    ["has a negative length", Buffer.concat([header, hex("ffffffff"), block])],
    ["is followed by less than a length", Buffer.concat([header, length, block, hex("0000")])],
    ["is followed by less than a header", Buffer.concat([header, length, block, header.subarray(0, 9)])],
  ])("refuses a block that %s", (_, bytes) => {
    expect(() => decompressed(snappyCodec(), bytes)).toThrow();
  });

  it("refuses more blocks than anybody writes", () => {
    const tiny = hex("00000003 010061");
    const blocks = Array.from({ length: 1100 }, () => tiny);
    expect(() => decompressed(snappyCodec(), Buffer.concat([header, ...blocks]))).toThrow(
      "1100 snappy blocks for 1100 bytes",
    );
  });
});

describe("lz4", () => {
  // Written by the lz4 command: independent and linked blocks, block and content checksums, content size.
  it.each([
    ["content checksum", "04224d186440a7110000007f7061676f6461200700f950676f64612000000000f785a276"],
    ["linked blocks", "04224d187440bd110000007f7061676f6461200700f950676f646120d64362e500000000f785a276"],
    [
      "content size",
      "04224d187c401801000000000000c8110000007f7061676f6461200700f950676f646120d64362e500000000f785a276",
    ],
    ["no checksums", "04224d18604082110000007f7061676f6461200700f950676f64612000000000"],
  ])("reads frames with %s", (_, frame) => {
    expect(decompressed(lz4Codec(), hex(frame))).toBe(text);
    expect(decompressed(lz4Codec(), hex(frame + frame))).toBe(text + text);
  });

  it("looks into the blocks before it refuses a frame that might be too big", () => {
    for (const length of [16, 300, 65_536, 70_000]) {
      const packed = lz4Codec().compress(Buffer.from(text.repeat(300).slice(0, length)), plenty);
      expect(lz4Codec().decompress(packed, { magic: 2, maxBytes: length })).toHaveLength(length);
      expect(() => lz4Codec().decompress(packed, { magic: 2, maxBytes: length - 1 })).toThrow(
        expect.objectContaining({ code: "RECORDS_LIMIT" }),
      );
    }
  });

  it("writes independent blocks without checksums", () => {
    expect(Buffer.from(lz4Codec().compress(Buffer.from("abc"), plenty)).subarray(0, 5)).toEqual(
      hex("04224d18 60"),
    );
  });

  it("checks the header's checksum, but not in magic 0, where Kafka wrote another", () => {
    const codec = lz4Codec();
    const wrong = codec.compress(Buffer.from(text), { magic: 0 });
    const right = codec.compress(Buffer.from(text), { magic: 1 });
    expect(wrong[6]).not.toBe(right[6]);
    expect(Buffer.from(wrong).fill(right.subarray(6, 7), 6, 7)).toEqual(Buffer.from(right));
    expect(() => codec.decompress(wrong, plenty)).toThrow("HeaderChecksum");
    for (const bytes of [wrong, right]) {
      expect(Buffer.from(codec.decompress(bytes, { magic: 0, maxBytes: 1000 })).toString()).toBe(text);
    }
  });

  it.each([
    ["no magic number", "04224d19 604082 00000000"],
    ["an old magic number", "02214c18 03000000 206162"],
    ["version 0", "04224d18 204082 00000000"],
    ["a reserved flag", "04224d18 624082 00000000"],
    ["a dictionary", "04224d18 614082 01000000 00000000"],
    ["too small a block size", "04224d18 603082 00000000"],
    ["a block bigger than its size", "04224d18 604082 01000180"],
    ["a block longer than the bytes", "04224d18 604082 00010080 616263"],
    ["bytes behind it", "04224d18 604082 00000000 00"],
    ["a block that is no lz4", "04224d18 604082 03000000 ffffff 00000000"],
  ])("refuses a frame with %s", (_, frame) => {
    expect(() => decompressed(lz4Codec(), hex(frame))).toThrow();
  });

  it("refuses more frames than anybody writes", () => {
    const frames = Buffer.concat(Array.from({ length: 1025 }, () => hex("04224d18 604082 00000000")));
    expect(() => decompressed(lz4Codec(), frames)).toThrow("more than 1024 lz4 frames");
  });
});
