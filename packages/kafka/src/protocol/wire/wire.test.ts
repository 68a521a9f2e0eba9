import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Reader } from "./reader.ts";
import { WireError } from "./wire-error.ts";
import { Writer } from "./writer.ts";

function written(write: (w: Writer) => void): Uint8Array {
  const writer = new Writer(16);
  write(writer);
  return writer.finish();
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** What is written comes back, and nothing is left over. */
function roundTrip<T>(
  arbitrary: fc.Arbitrary<T>,
  write: (w: Writer, value: T) => void,
  read: (r: Reader) => T,
): void {
  fc.assert(
    fc.property(arbitrary, (value) => {
      const reader = new Reader(written((w) => write(w, value)));
      expect(read(reader)).toEqual(value);
      reader.done();
    }),
  );
}

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ minLength: 120, maxLength: 135 }),
  fc.string({ unit: "binary", minLength: 60, maxLength: 5000 }),
);
const uuid = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString("base64url"));

describe("what the writer writes, the reader reads", () => {
  it("for whole numbers over their whole range", () => {
    roundTrip(
      fc.integer({ min: -128, max: 127 }),
      (w, v) => w.int8(v),
      (r) => r.int8(),
    );
    roundTrip(
      fc.integer({ min: -32768, max: 32767 }),
      (w, v) => w.int16(v),
      (r) => r.int16(),
    );
    roundTrip(
      fc.integer({ min: 0, max: 65535 }),
      (w, v) => w.uint16(v),
      (r) => r.uint16(),
    );
    roundTrip(
      fc.integer(),
      (w, v) => w.int32(v),
      (r) => r.int32(),
    );
    roundTrip(
      fc.integer({ min: 0, max: 0xffff_ffff }),
      (w, v) => w.uint32(v),
      (r) => r.uint32(),
    );
    roundTrip(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      (w, v) => w.int64(v),
      (r) => r.int64(),
    );
    roundTrip(
      fc.integer({ min: 0, max: 0x7fff_ffff }),
      (w, v) => w.uvarint(v),
      (r) => r.uvarint(),
    );
  });

  it("for booleans, doubles and uuids", () => {
    roundTrip(
      fc.boolean(),
      (w, v) => w.bool(v),
      (r) => r.bool(),
    );
    roundTrip(
      fc.double(),
      (w, v) => w.float64(v),
      (r) => r.float64(),
    );
    roundTrip(
      uuid,
      (w, v) => w.uuid(v),
      (r) => r.uuid(),
    );
  });

  it("for strings and bytes, null and not", () => {
    roundTrip(
      text,
      (w, v) => w.string(v),
      (r) => r.string(),
    );
    roundTrip(
      text,
      (w, v) => w.compactString(v),
      (r) => r.compactString(),
    );
    roundTrip(
      fc.option(text),
      (w, v) => w.nullableString(v),
      (r) => r.nullableString(),
    );
    roundTrip(
      fc.option(text),
      (w, v) => w.compactNullableString(v),
      (r) => r.compactNullableString(),
    );
    const bytes = fc.uint8Array({ maxLength: 300 });
    const plain = (v: Uint8Array | null) => v && new Uint8Array(v);
    roundTrip(
      bytes,
      (w, v) => w.bytes(v),
      (r) => new Uint8Array(r.bytes()),
    );
    roundTrip(
      bytes,
      (w, v) => w.compactBytes(v),
      (r) => new Uint8Array(r.compactBytes()),
    );
    roundTrip(
      fc.option(bytes),
      (w, v) => w.nullableBytes(v),
      (r) => plain(r.nullableBytes()),
    );
    roundTrip(
      fc.option(bytes),
      (w, v) => w.compactNullableBytes(v),
      (r) => plain(r.compactNullableBytes()),
    );
  });

  it("for tagged fields of any size", () => {
    for (const size of [0, 127, 128, 16_383, 16_384, 70_000]) {
      const bytes = written((w) => {
        const mark = w.openTagged(3);
        w.raw(new Uint8Array(size).fill(7));
        w.closeTagged(mark);
        w.int8(9);
      });
      const reader = new Reader(bytes);
      expect([reader.uvarint(), reader.uvarint()]).toEqual([3, size]);
      expect(new Uint8Array(reader.raw(size))).toEqual(new Uint8Array(size).fill(7));
      expect(reader.int8()).toBe(9);
    }
  });
});

describe("Writer", () => {
  it("puts unknown tagged fields between the known ones, in order of tag", () => {
    const unknown = [
      { tag: 1, data: Uint8Array.of(0xaa) },
      { tag: 5, data: Uint8Array.of() },
    ];
    const bytes = written((w) => {
      const next = w.unknownBelow(3, unknown, 0);
      w.closeTagged(w.openTagged(3));
      w.unknownBelow(0x8000_0000, unknown, next);
    });
    expect(hex(bytes)).toBe("0101aa03000500");
  });

  it("leaves finished messages alone", () => {
    const writer = new Writer(8);
    writer.int32(1);
    const first = writer.finish();
    writer.string("longer than what is left of the slab");
    writer.finish();
    expect(hex(first)).toBe("00000001");
  });

  it.each([
    ["int8", (w: Writer) => w.int8(128)],
    ["int16", (w: Writer) => w.int16(1.5)],
    ["uint16", (w: Writer) => w.uint16(-1)],
    ["int32", (w: Writer) => w.int32(Number.NaN)],
    ["uint32", (w: Writer) => w.uint32(2 ** 32)],
    ["int64", (w: Writer) => w.int64(2n ** 63n)],
    ["uvarint", (w: Writer) => w.uvarint(-1)],
    ["uuid", (w: Writer) => w.uuid("AAAAAAAAAAAAAAAAAAAAAB")],
    ["bool", (w: Writer) => w.bool(1 as unknown as boolean)],
    ["string", (w: Writer) => w.compactString(undefined as unknown as string)],
    ["bytes", (w: Writer) => w.bytes([1] as unknown as Uint8Array)],
    ["string of at most 32767 bytes", (w: Writer) => w.string("x".repeat(32_768))],
  ])("refuses what is no %s", (type, write) => {
    expect(() => write(new Writer())).toThrow(`not a valid ${type}:`);
  });
});

describe("Reader", () => {
  // From memory with more behind it, as chunks of a stream are.
  const read = (text: string) =>
    new Reader(Buffer.from(`${text}${"00".repeat(16)}`, "hex").subarray(0, text.length / 2));

  it("gives views, not copies", () => {
    const bytes = Uint8Array.of(2, 1, 2);
    const view = new Reader(bytes).compactBytes();
    bytes[1] = 9;
    expect(view[0]).toBe(9);
  });

  it("reads within its own bytes only, wherever they lie in their ArrayBuffer", () => {
    const reader = new Reader(Uint8Array.of(1, 0, 0, 0, 5, 6, 7).subarray(1, 5));
    expect(reader.int32()).toBe(5);
    reader.int8();
    expect(() => reader.check()).toThrow(WireError);
  });

  it.each([
    ["a count above the bytes left", "7fffffff00", (r: Reader) => r.count(1)],
    ["a compact count above the bytes left", "ffffffff0700", (r: Reader) => r.compactCount(1)],
    ["a count whose elements cannot fit", "000000020000", (r: Reader) => r.count(4)],
    ["a negative count", "fffffffe", (r: Reader) => r.nullableCount(1)],
    ["a length above the bytes left", "7fffffff00", (r: Reader) => r.bytes()],
    ["a negative length", "fffe", (r: Reader) => r.nullableString()],
    ["a null string where none is allowed", "ffff", (r: Reader) => r.string()],
    ["null bytes where none are allowed", "00", (r: Reader) => r.compactBytes()],
    ["a string above 32767 bytes", `818002${"61".repeat(32_768)}`, (r: Reader) => r.compactString()],
    ["a length after running off the end", "00", (r: Reader) => [r.int64(), r.raw(0)]],
    ["a varint of more than five bytes", "808080808001", (r: Reader) => r.uvarint()],
    ["a varint above 2^31 - 1", "8080808008", (r: Reader) => r.uvarint()],
    ["a tagged field longer than what is left", "010105", (r: Reader) => r.taggedFields()],
    ["bytes left over", "00", (r: Reader) => r.done()],
    ["a cut int64", "00000000000000", (r: Reader) => [r.int64(), r.check()]],
  ])("refuses %s", (_, bytes, call) => {
    expect(() => call(read(bytes))).toThrow(WireError);
  });

  it("says where a read began that could not be done", () => {
    const reader = read("0000000100");
    reader.int32();
    expect(() => reader.raw(2)).toThrow(expect.objectContaining({ offset: 4, code: "MALFORMED_BYTES" }));
  });

  it("reads an int64 as the nearest number", () => {
    const number = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(number, (value) => {
        expect(new Reader(written((w) => w.int64(value))).int64Number()).toBe(Number(value));
      }),
    );
  });

  it("keeps a leading byte order mark and replaces what is no UTF-8", () => {
    expect(read("0003efbbbf").string()).toBe("\uFEFF");
    expect(read("0001ff").string()).toBe("\uFFFD");
  });

  it("collects unknown tagged fields", () => {
    const fields = read("02800101ff0300").taggedFields();
    expect(fields?.map(({ tag, data }) => [tag, hex(data)])).toEqual([
      [128, "ff"],
      [3, ""],
    ]);
  });
});
