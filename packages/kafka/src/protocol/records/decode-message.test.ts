import { gunzipSync, gzipSync } from "node:zlib";

import { describe, expect, it } from "vitest";

import { messageChecksum } from "./checksum.ts";
import { decodeBatches } from "./decode-batches.ts";
import type { DecodeRecordsOptions } from "./decode-options.ts";
import { encodeBatch } from "./encode-batch.ts";
import type { NewBatch } from "./new-batch.ts";
import { lastOffsetOf, offsetOf, sequenceOf, timestampOf } from "./record-batch.ts";
import type { RecordBatch } from "./record-batch.ts";

const gzip = 1;
const logAppendTime = 8;
const value = new TextEncoder().encode("value");
const record = { value };
const unchecked: DecodeRecordsOptions = { verifyChecksums: false };

function decodeOne(bytes: Uint8Array, options?: DecodeRecordsOptions): RecordBatch {
  const [batch, ...others] = decodeBatches(bytes, options);
  if (batch === undefined || others.length > 0) throw new Error("not one batch");
  return batch;
}

function message(magic: 0 | 1, baseOffset: bigint): Buffer {
  return Buffer.from(encodeBatch({ magic, baseOffset, records: [record] }));
}

/** A compressed message around these bytes, of a checksum that is wrong. */
function around(inside: Uint8Array, magic: 0 | 1 = 1, baseOffset = 0n): Uint8Array {
  return encodeBatch({ magic, baseOffset, records: [{ value: gzipSync(inside) }] }).with(17, gzip);
}

const offsets = (batch: RecordBatch): bigint[] => batch.records.map((each) => offsetOf(batch, each));
const timestamps = (batch: RecordBatch): bigint[] => batch.records.map((each) => timestampOf(batch, each));

describe("a message set", () => {
  it.each([0, 1] as const)("comes back as it was, magic %i", (magic) => {
    const encoded = encodeBatch({
      magic,
      baseOffset: 2n ** 63n - 1n,
      attributes: 0x40,
      baseTimestamp: -(2n ** 63n),
      records: [{ attributes: 0x40, key: Buffer.alloc(0), value: null }],
    });
    expect(encodeBatch(decodeOne(encoded))).toEqual(encoded);
  });

  it.each([0, 1] as const)("keeps everything else when values change, magic %i", (magic) => {
    const batch = decodeOne(
      encodeBatch({
        magic,
        baseOffset: 7n,
        attributes: gzip,
        baseTimestamp: magic === 0 ? -1n : 50n,
        records: [0, 2, 5].map((offsetDelta) => ({ offsetDelta, key: value })),
      }),
    );
    expect(offsets(batch)).toEqual([7n, 9n, 12n]);
    expect(lastOffsetOf(batch)).toBe(12n);
    const records = batch.records.map((each) => ({ ...each, value }));
    expect(decodeOne(encodeBatch({ ...batch, records }))).toEqual({ ...batch, records });
  });

  it("states nothing that came with magic 2", () => {
    const batch = decodeOne(message(1, 3n));
    expect(batch).toMatchObject({ producerId: -1n, producerEpoch: -1, baseSequence: -1 });
    expect(batch).toMatchObject({ partitionLeaderEpoch: -1, records: [{ headers: [] }] });
    expect(batch.records.map((each) => sequenceOf(batch, each))).toEqual([-1]);
  });

  it("is written as a message for each record where it is not compressed", () => {
    const records = [record, { ...record, timestampDelta: 5n }];
    const bytes = encodeBatch({ magic: 1, baseOffset: 8n, baseTimestamp: 10n, records });
    const batches = [...decodeBatches(bytes)];
    expect(batches.map(offsets)).toEqual([[8n], [9n]]);
    expect(batches.map(timestamps)).toEqual([[10n], [15n]]);
    expect(encodeBatch({ magic: 1, records: [] })).toHaveLength(0);
  });

  it("can be taken out of its compression, LogAppendTime and all", () => {
    const batch = { magic: 1, baseOffset: 3n, baseTimestamp: 1n, maxTimestamp: 99n } as const;
    const attributes = gzip | logAppendTime;
    const packed = decodeOne(encodeBatch({ ...batch, attributes, records: [record, record] }));
    const plain = [...decodeBatches(encodeBatch(packed, { compression: "none" }))];
    expect(plain.map((each) => each.attributes)).toEqual([logAppendTime, logAppendTime]);
    expect(plain.map(offsets)).toEqual([[3n], [4n]]);
    expect(plain.map(timestamps)).toEqual([[99n], [99n]]);
  });

  it("counts relative offsets back from the message's own", () => {
    const inside = Buffer.concat([message(1, 0n), message(1, 1n), message(1, 4n)]);
    expect(offsets(decodeOne(around(inside, 1, 104n), unchecked))).toEqual([100n, 101n, 104n]);
  });

  it("counts them from 0 where the message's own is 0", () => {
    const inside = Buffer.concat([message(1, 0n), message(1, 1n), message(1, 2n)]);
    expect(offsets(decodeOne(around(inside), unchecked))).toEqual([0n, 1n, 2n]);
  });

  it("takes offsets inside magic 0 as they are", () => {
    const inside = Buffer.concat([message(0, 5n), message(0, 6n)]);
    expect(offsets(decodeOne(around(inside, 0), unchecked))).toEqual([5n, 6n]);
  });

  it("refuses offsets inside magic 0 that are too far from each other", () => {
    const inside = Buffer.concat([message(0, 0n), message(0, 2n ** 60n)]);
    expect(() => decodeOne(around(inside, 0), unchecked)).toThrow("offset 1152921504606846976 beside 0");
  });

  it("gives every record the message's timestamp with LogAppendTime, and keeps their own", () => {
    const records = [{ timestampDelta: -1n }, { timestampDelta: 0n }];
    const batch = { magic: 1, baseTimestamp: 99n, records } as const;
    const decoded = decodeOne(encodeBatch({ ...batch, attributes: gzip | logAppendTime }));
    expect(timestamps(decoded)).toEqual([99n, 99n]);
    expect(decodeOne(encodeBatch(decoded))).toEqual(decoded);
    expect(timestamps({ ...decoded, attributes: gzip })).toEqual([98n, 99n]);
  });

  it("is at its last record's offset, and at its latest timestamp, when it is compressed", () => {
    const records = [{ timestampDelta: 7n }, { offsetDelta: 3 }];
    const attributes = gzip;
    const bytes = Buffer.from(
      encodeBatch({ magic: 1, baseOffset: 50n, attributes, baseTimestamp: 100n, records }),
    );
    expect([bytes.readBigInt64BE(0), bytes.readBigInt64BE(18)]).toEqual([53n, 107n]);
    const inside = gunzipSync(bytes.subarray(34));
    expect([inside.readBigInt64BE(0), inside.readBigInt64BE(inside.length / 2)]).toEqual([0n, 3n]);
  });

  it("is checked inside too", () => {
    const corrupt = message(1, 0n);
    corrupt[corrupt.length - 1] = 0;
    const bytes = Buffer.from(around(corrupt));
    bytes.writeUInt32BE(messageChecksum(bytes), 12);
    const stated = corrupt.readUInt32BE(12);
    expect(decodeOne(bytes, unchecked).records).toHaveLength(1);
    expect(() => decodeOne(bytes)).toThrow(
      expect.objectContaining({ code: "RECORDS_CHECKSUM", batchAt: 0, stated }),
    );
  });

  it.each<[string, Uint8Array, string]>([
    ["another compressed message", around(around(message(1, 0n))), "inside: a compressed message"],
    ["a message of another magic", around(message(0, 0n)), "inside: magic 0 within magic 1"],
    ["nothing", around(Buffer.alloc(0)), "a compressed message with nothing inside"],
    ["half a message", around(message(1, 0n).subarray(0, 30)), "inside: 30 bytes that are no message"],
    ["no message at all", around(Buffer.alloc(20)), "inside: length 0"],
  ])("refuses a compressed message with %s inside", (_, bytes, reason) => {
    expect(() => decodeOne(bytes, unchecked)).toThrow(
      expect.objectContaining({ code: "MALFORMED_RECORDS", batchAt: 0, reason }),
    );
  });

  it("refuses a compressed message without a value", () => {
    const bytes = encodeBatch({ magic: 1, records: [{}] }).with(17, gzip);
    expect(() => decodeOne(bytes, unchecked)).toThrow("a compressed message without a value");
  });

  it("refuses zstd, which came with magic 2", () => {
    const code = "UNSUPPORTED_COMPRESSION";
    const bytes = message(1, 0n).with(17, 4);
    expect(() => decodeOne(bytes, unchecked)).toThrow(expect.objectContaining({ code }));
    expect(() => encodeBatch({ magic: 1, attributes: 4, records: [record] })).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it.each([
    ["a key that runs out of it", 26, 100],
    ["a key that leaves no room for the value's length", 26, 6],
    ["a value that runs out of it", 30, 6],
    ["bytes behind its value", 30, 4],
  ])("refuses a message with %s", (_, at, lie) => {
    const bytes = message(1, 0n);
    bytes.writeInt32BE(lie, at);
    expect(() => decodeOne(bytes, unchecked)).toThrow(expect.objectContaining({ code: "MALFORMED_RECORDS" }));
  });

  it("refuses more records inside than it is told to take", () => {
    const bytes = around(Buffer.concat([message(1, 0n), message(1, 1n)]));
    const options = { ...unchecked, maxRecords: 1 };
    expect(() => decodeOne(bytes, options)).toThrow(expect.objectContaining({ limit: "maxRecords" }));
  });

  it.each<[string, object]>([
    ["no record, compressed", { records: [], attributes: gzip }],
    ["headers", { records: [{ headers: [{ key: "k", value: null }] }] }],
    ["a producer id", { producerId: 5n }],
    ["offsets around 0, compressed", { baseOffset: -1n, attributes: gzip, records: [record, record] }],
    ["attributes that do not fit", { attributes: 256 | gzip }],
    ["a record's attributes that do not fit", { records: [{ attributes: 256 }] }],
    ["a base offset that does not fit", { baseOffset: 2n ** 63n }],
    ["an offset that is no whole number", { records: [{ offsetDelta: 0.5 }] }],
    ["a base timestamp that does not fit", { baseTimestamp: 2n ** 63n }],
    ["a timestamp that is no bigint", { records: [{ timestampDelta: 5 }] }],
    ["a key that is no bytes", { records: [{ key: [1] }] }],
    ["a value that is no bytes", { records: [{ value: "text" }] }],
  ])("cannot be encoded with %s", (_, wrong) => {
    const batch = { magic: 1, records: [record], ...wrong } as NewBatch;
    expect(() => encodeBatch(batch)).toThrow(expect.objectContaining({ code: "INVALID_RECORDS" }));
  });
});
