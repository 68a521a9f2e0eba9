import { describe, expect, it } from "vitest";

import { compressionOf } from "./attributes.ts";
import { BatchCursor } from "./batch-cursor.ts";
import { standardCodecs } from "./compression/standard-codecs.ts";
import { decodeBatch, decodeBatches } from "./decode-batches.ts";
import type { DecodeRecordsOptions } from "./decode-options.ts";
import { encodeBatch } from "./encode-batch.ts";
import type { NewRecord } from "./new-batch.ts";

const value = Buffer.from("value");
const unchecked: DecodeRecordsOptions = { verifyChecksums: false };

function batchOf(count: number, record: NewRecord = { value }): Buffer {
  return Buffer.from(encodeBatch({ records: Array.from({ length: count }, () => record) }));
}

function decodeAll(bytes: Uint8Array, options?: DecodeRecordsOptions): number[] {
  return Array.from(decodeBatches(bytes, options), (batch) => batch.records.length);
}

describe("decodeBatches", () => {
  it("decodes one batch after the other, and passes over a partial one", () => {
    const bytes = Buffer.concat([batchOf(1), batchOf(3), batchOf(2).subarray(0, 50)]);
    expect(decodeAll(bytes)).toEqual([1, 3]);
  });

  it("decodes a batch only when asked for it", () => {
    const corrupt = batchOf(1);
    corrupt[corrupt.length - 2] = 0;
    const batches = decodeBatches(Buffer.concat([batchOf(2), corrupt]));
    expect(batches.next().value?.records).toHaveLength(2);
    expect(() => batches.next()).toThrow(expect.objectContaining({ code: "RECORDS_CHECKSUM" }));
  });

  it("says which batch is corrupt, and what its checksum is and should be", () => {
    const [good, corrupt] = [batchOf(1), batchOf(1)];
    const computed = corrupt.readUInt32BE(17);
    corrupt.writeUInt32BE(1, 17);
    const error = { code: "RECORDS_CHECKSUM", batchAt: good.length, stated: 1, computed };
    expect(() => decodeAll(Buffer.concat([good, corrupt]))).toThrow(expect.objectContaining(error));
    expect(decodeAll(corrupt, unchecked)).toEqual([1]);
  });

  it("does not count what brokers overwrite into the checksum", () => {
    const bytes = batchOf(1);
    bytes.writeBigInt64BE(99n, 0);
    bytes.writeInt32BE(7, 12);
    const [batch] = decodeBatches(bytes);
    expect(batch).toMatchObject({ baseOffset: 99n, partitionLeaderEpoch: 7 });
  });

  it("gives views of uncompressed records, never Buffers", () => {
    const bytes = batchOf(1);
    const view = [...decodeBatches(bytes)][0]?.records[0]?.value;
    expect(view?.buffer).toBe(bytes.buffer);
    expect(Buffer.isBuffer(view)).toBe(false);
    bytes.write("VALUE", bytes.indexOf("value"));
    expect(view).toEqual(new Uint8Array(Buffer.from("VALUE")));
  });

  it.each([
    ["more records than there can be", 57, 0x7fff_ffff, "2147483647 records announced in 12 bytes"],
    ["one record too many", 57, 2, "2 records announced in 12 bytes"],
    ["one record too few", 57, 0, "12 bytes left over after 0 records"],
  ])("refuses %s", (_, at, lie, reason) => {
    const bytes = batchOf(1);
    bytes.writeInt32BE(lie, at);
    const options = { ...unchecked, maxRecords: 2 ** 31 };
    expect(() => decodeAll(bytes, options)).toThrow(
      expect.objectContaining({ code: "MALFORMED_RECORDS", batchAt: 0, reason }),
    );
  });

  // length 22 | attributes 0 | timestampDelta 0 | offsetDelta 0 | key -1 | value 5 "value" | headers 0
  it.each<[string, number, number[]]>([
    ["a record longer than the bytes", 0, [0x7e]],
    ["a record of negative length", 0, [0x01]],
    ["a record shorter than its fields", 0, [0x14]],
    ["a key longer than its record", 4, [0x7e]],
    ["a value longer than its record", 5, [0x7e]],
    ["a negative count of headers", 11, [0x01]],
    ["more headers than there can be", 11, [0x7e]],
    ["a varint of six bytes", 0, [0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ["a varint above 32 bits", 0, [0xff, 0xff, 0xff, 0xff, 0x10]],
    ["a varlong above 64 bits", 2, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]],
    ["a varlong without an end", 2, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ])("refuses %s", (_, at, lie) => {
    const bytes = batchOf(1);
    bytes.set(lie, 61 + at);
    expect(() => decodeAll(bytes, unchecked)).toThrow(
      expect.objectContaining({ code: "MALFORMED_RECORDS", reason: expect.stringMatching(/^record 0: /) }),
    );
  });

  it.each([
    ["a negative length of a header's key", { key: "key", value: null }, 0x06, 0x01],
    ["a header's key longer than its record", { key: "key", value: null }, 0x06, 0x7e],
    ["a header's value longer than its record", { key: "", value: Buffer.from("key") }, 0x06, 0x7e],
  ])("refuses %s", (_, header, length, lie) => {
    const bytes = batchOf(1, { headers: [header] });
    bytes[bytes.lastIndexOf(length)] = lie;
    expect(() => decodeAll(bytes, unchecked)).toThrow(
      expect.objectContaining({ code: "MALFORMED_RECORDS", reason: expect.stringMatching(/header/) }),
    );
  });

  it("refuses more records, headers or decompressed bytes than it is told to take", () => {
    const header = { key: "k", value };
    const bytes = batchOf(3, { value, headers: [header, header] });
    const limit = (options: DecodeRecordsOptions): unknown => {
      try {
        return decodeAll(bytes, options);
      } catch (error) {
        return error;
      }
    };
    expect(limit({ maxRecords: 3, maxHeaders: 6 })).toEqual([3]);
    const code = "RECORDS_LIMIT";
    expect(limit({ maxRecords: 2 })).toMatchObject({ code, limit: "maxRecords", max: 2, kind: "overload" });
    expect(limit({ maxHeaders: 5 })).toMatchObject({ code, limit: "maxHeaders", max: 5 });
  });

  it.each([
    [{ maxRecords: 0 }, "maxRecords"],
    [{ maxHeaders: 1.5 }, "maxHeaders"],
    [{ maxDecompressedBytes: Number.NaN }, "maxDecompressedBytes"],
  ])("does not take %o for an option", (options, name) => {
    expect(() => decodeAll(batchOf(1), options)).toThrow(`${name} must be a whole number`);
  });

  it("refuses a compression that there is no codec for", () => {
    const bytes = batchOf(1);
    bytes[22] = 5;
    expect(() => decodeAll(bytes, unchecked)).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED_COMPRESSION", message: expect.stringContaining("(5)") }),
    );
  });

  it("decompresses with the codecs it is given", () => {
    const reversed = (bytes: Uint8Array): Uint8Array => bytes.toReversed();
    const codec = { id: 5, name: "backwards", compress: reversed, decompress: reversed };
    const codecs = new Map([...standardCodecs, [codec.id, codec]]);
    const bytes = encodeBatch({ attributes: 5, records: [{ value }, { value }] }, { codecs });
    expect(decodeAll(bytes, { codecs })).toEqual([2]);
    expect(Array.from(decodeBatches(bytes, { codecs }), compressionOf)).toEqual(["unknown"]);
  });

  it("holds a codec to the limit, and takes what it throws for broken bytes", () => {
    const codec = { id: 6, name: "odd", compress: (bytes: Uint8Array) => bytes };
    const decode = (decompress: () => Uint8Array): unknown => {
      const codecs = new Map([[codec.id, { ...codec, decompress }]]);
      const bytes = encodeBatch({ attributes: 6, records: [{ value }] }, { codecs });
      return decodeAll(bytes, { codecs, maxDecompressedBytes: 10 });
    };
    expect(() => decode(() => new Uint8Array(11))).toThrow(
      expect.objectContaining({ code: "RECORDS_LIMIT" }),
    );
    const cause = new Error("no such thing");
    expect(() =>
      decode(() => {
        throw cause;
      }),
    ).toThrow(expect.objectContaining({ code: "MALFORMED_RECORDS", reason: "odd: no such thing", cause }));
  });
});

describe("decodeBatch", () => {
  it("decodes the batch that a cursor stands at, and no other", () => {
    const corrupt = batchOf(1);
    corrupt.writeUInt32BE(0, 17);
    const cursor = new BatchCursor(Buffer.concat([corrupt, batchOf(2)]));
    while (cursor.next() && cursor.recordCount === 1);
    expect(decodeBatch(cursor).records).toHaveLength(2);
  });

  it("refuses a cursor that stands at none", () => {
    const cursor = new BatchCursor(batchOf(1));
    expect(() => decodeBatch(cursor)).toThrow("the cursor stands at no batch");
    while (cursor.next());
    expect(() => decodeBatch(cursor)).toThrow("the cursor stands at no batch");
  });
});
