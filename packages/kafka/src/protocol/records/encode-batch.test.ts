import { describe, expect, it } from "vitest";

import { compressionOf } from "./attributes.ts";
import { decodeBatches } from "./decode-batches.ts";
import { encodeBatch } from "./encode-batch.ts";
import type { NewBatch, NewRecord } from "./new-batch.ts";
import { offsetOf, sequenceOf, timestampOf } from "./record-batch.ts";
import type { BatchRecord, RecordBatch } from "./record-batch.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function decodeOne(encoded: Uint8Array): RecordBatch {
  const [batch, ...others] = decodeBatches(encoded);
  if (batch === undefined || others.length > 0) throw new Error("not one batch");
  return batch;
}

function derived(batch: RecordBatch, record: BatchRecord): unknown[] {
  return [offsetOf(batch, record), timestampOf(batch, record), sequenceOf(batch, record)];
}

const full: NewBatch = {
  baseOffset: 1000n,
  partitionLeaderEpoch: 3,
  attributes: 0x10 | 0x40 | 0x100,
  lastOffsetDelta: 20,
  baseTimestamp: 1_690_000_000_000n,
  maxTimestamp: 1_690_000_009_999n,
  producerId: 42n,
  producerEpoch: 5,
  baseSequence: 2 ** 31 - 2,
  records: [
    { offsetDelta: 0, timestampDelta: 5n, key: bytes("k"), value: bytes("v0") },
    {
      offsetDelta: 1,
      timestampDelta: -7n,
      attributes: 9,
      key: null,
      value: bytes("v1"),
      headers: [
        { key: "a", value: bytes("1") },
        { key: "a", value: null },
        { key: "", value: bytes("") },
        { key: "\u{1F680}", value: bytes("3") },
      ],
    },
    { offsetDelta: 17, key: bytes(""), value: null },
  ],
};

describe("encodeBatch", () => {
  it("keeps everything when only values change", () => {
    const batch = decodeOne(encodeBatch(full));
    const records = batch.records.map((record) => ({ ...record, value: bytes("changed") }));
    const again = decodeOne(encodeBatch({ ...batch, records }));
    expect(again).toEqual({ ...batch, records });
    expect(again.records.map((record) => derived(again, record))).toEqual([
      [1000n, 1_690_000_000_005n, 2 ** 31 - 2],
      [1001n, 1_689_999_999_993n, 2 ** 31 - 1],
      [1017n, 1_690_000_000_000n, 15],
    ]);
  });

  it.each(["none", "gzip", "snappy", "lz4", "zstd"] as const)(
    "keeps everything through %s",
    (compression) => {
      const plain = decodeOne(encodeBatch(full));
      const batch = decodeOne(encodeBatch(full, { compression }));
      expect(compressionOf(batch)).toBe(compression);
      expect({ ...batch, attributes: 0 }).toEqual({ ...plain, attributes: 0 });
      expect(batch.attributes & ~7).toBe(plain.attributes);
    },
  );

  it("fills in what a new batch does not state", () => {
    const records = [{ value: bytes("a"), timestampDelta: 9n }, { value: bytes("b") }, {}];
    const batch = decodeOne(encodeBatch({ records }));
    expect(batch).toMatchObject({
      magic: 2,
      baseOffset: 0n,
      partitionLeaderEpoch: -1,
      attributes: 0,
      lastOffsetDelta: 2,
      baseTimestamp: -1n,
      maxTimestamp: 8n,
      producerId: -1n,
      producerEpoch: -1,
      baseSequence: -1,
    });
    const rest = { attributes: 0, timestampDelta: 0n, key: null, headers: [] };
    expect(batch.records).toEqual([
      { ...rest, offsetDelta: 0, value: bytes("a"), timestampDelta: 9n },
      { ...rest, offsetDelta: 1, value: bytes("b") },
      { ...rest, offsetDelta: 2, value: null },
    ]);
  });

  it("takes the base timestamp for the greatest where every record is older, or there is none", () => {
    const latest = (records: NewRecord[]): bigint =>
      decodeOne(encodeBatch({ baseTimestamp: 100n, records })).maxTimestamp;
    expect(latest([])).toBe(100n);
    expect(latest([{ timestampDelta: -5n }, { timestampDelta: -2n }])).toBe(98n);
  });

  it("gives every record the batch's timestamp with LogAppendTime, and keeps their own", () => {
    const records = [{ timestampDelta: 1n }, { timestampDelta: 2n }];
    const encoded = encodeBatch({ attributes: 8, baseTimestamp: 10n, maxTimestamp: 999n, records });
    const batch = decodeOne(encoded);
    expect(batch.records.map((record) => timestampOf(batch, record))).toEqual([999n, 999n]);
    expect(encodeBatch(batch)).toEqual(encoded);
  });

  it("keeps header keys that are no UTF-8", () => {
    const keyBytes = new Uint8Array([0x61, 0xff, 0x62]);
    const encoded = encodeBatch({ records: [{ headers: [{ key: "", keyBytes, value: null }] }] });
    const batch = decodeOne(encoded);
    expect(batch.records[0]?.headers).toEqual([{ key: "a\uFFFDb", keyBytes, value: null }]);
    expect(encodeBatch(batch)).toEqual(encoded);
  });

  it("does not take U+FFFD itself for broken UTF-8", () => {
    const headers = [{ key: "\uFFFD", value: null }];
    expect(decodeOne(encodeBatch({ records: [{ headers }] })).records[0]?.headers).toEqual(headers);
  });

  it("reads keys anew where records have different ones in the same place", () => {
    const records = ["ab", "cd", "\u00e9", "ab", "ab"].map((key) => ({ headers: [{ key, value: null }] }));
    const keys = decodeOne(encodeBatch({ records })).records.map((record) => record.headers[0]?.key);
    expect(keys).toEqual(["ab", "cd", "\u00e9", "ab", "ab"]);
  });

  it.each<[string, object]>([
    ["magic 3", { magic: 3 }],
    ["attributes", { attributes: 2 ** 15 }],
    ["baseOffset", { baseOffset: 2n ** 63n }],
    ["baseOffset", { baseOffset: 5 }],
    ["partitionLeaderEpoch", { partitionLeaderEpoch: 1.5 }],
    ["lastOffsetDelta", { lastOffsetDelta: 2 ** 31 }],
    ["baseTimestamp", { baseTimestamp: -(2n ** 63n) - 1n }],
    ["maxTimestamp", { maxTimestamp: 2n ** 63n }],
    ["maxTimestamp", { baseTimestamp: 2n ** 63n - 1n, records: [{ timestampDelta: 1n }] }],
    ["producerId", { producerId: 2n ** 63n }],
    ["producerEpoch", { producerEpoch: -(2 ** 15) - 1 }],
    ["baseSequence", { baseSequence: Number.NaN }],
    ["record 0: not a valid attributes", { records: [{ attributes: 128 }] }],
    ["record 0: not a valid offsetDelta", { records: [{ offsetDelta: 2 ** 31 }] }],
    ["record 1: not a valid timestampDelta", { records: [{}, { timestampDelta: 2n ** 63n }] }],
    ["record 0: not a valid key", { records: [{ key: "text" }] }],
    ["record 0: not a valid value", { records: [{ value: [1] }] }],
    ["record 0: not a valid header key", { records: [{ headers: [{ key: 1, value: null }] }] }],
    ["record 0: not a valid header value", { records: [{ headers: [{ key: "", value: "" }] }] }],
  ])("refuses a value that does not fit: %s", (what, wrong) => {
    const batch = { records: [], ...wrong } as NewBatch;
    const message: unknown = expect.stringContaining(what);
    expect(() => encodeBatch(batch)).toThrow(expect.objectContaining({ code: "INVALID_RECORDS", message }));
  });

  it("refuses a compression of no name", () => {
    const compression = "brotli" as "none";
    expect(() => encodeBatch({ records: [] }, { compression })).toThrow(
      "compression must be one of none, gzip, snappy, lz4, zstd, got brotli",
    );
  });

  it("refuses a compression that there is no codec for", () => {
    expect(() => encodeBatch({ attributes: 5, records: [] })).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED_COMPRESSION" }),
    );
  });
});
