import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { fuzzRecords } from "../../../test/fuzz-records.ts";
import { walkBatches } from "./batch-cursor.ts";
import { decodeBatches } from "./decode-batches.ts";
import { encodeBatch } from "./encode-batch.ts";
import { lastOffsetOf, lastSequenceOf, offsetOf, sequenceOf } from "./record-batch.ts";
import type { BatchRecord, RecordBatch } from "./record-batch.ts";

const int8 = fc.integer({ min: -(2 ** 7), max: 2 ** 7 - 1 });
const int16 = fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const bytes = fc.option(fc.uint8Array({ maxLength: 80 }));

// Lone surrogates have no UTF-8: they are written as U+FFFD.
const header = fc.record({ key: fc.string({ unit: "grapheme" }), value: bytes });

const record: fc.Arbitrary<BatchRecord> = fc.record({
  attributes: int8,
  offsetDelta: int32,
  timestampDelta: int64,
  key: bytes,
  value: bytes,
  headers: fc.array(header, { maxLength: 4 }),
});

const compressions = fc.constantFrom("none", "gzip", "snappy", "lz4", "zstd");
const batch: fc.Arbitrary<RecordBatch> = fc.record({
  magic: fc.constant(2 as const),
  baseOffset: int64,
  partitionLeaderEpoch: int32,
  attributes: int16.map((bits) => bits & ~7),
  lastOffsetDelta: int32,
  baseTimestamp: int64,
  maxTimestamp: int64,
  producerId: int64,
  producerEpoch: int16,
  baseSequence: int32,
  records: fc.array(record, { maxLength: 5 }),
});

// Of a message set: records that follow each other, as its offsets are counted from the last.
const messageSet = fc.record({
  magic: fc.constantFrom(0 as const, 1 as const),
  baseOffset: fc.bigInt({ min: 1n, max: 2n ** 62n }),
  attributes: int8.map((bits) => bits & ~7),
  baseTimestamp: int64,
  records: fc.array(fc.record({ key: bytes, value: bytes }), { minLength: 1, maxLength: 5 }),
});

describe("any batch", () => {
  it("comes back as it was, compressed or not", () => {
    fc.assert(
      fc.property(batch, compressions, (given, compression) => {
        const encoded = encodeBatch(given, { compression });
        const [decoded, ...others] = decodeBatches(encoded);
        expect({ ...decoded, attributes: given.attributes }).toEqual(given);
        expect(others).toEqual([]);
        if (compression === "none") expect(encodeBatch(decoded as RecordBatch)).toEqual(encoded);
      }),
    );
  });

  it("shows a walk the same header as decoding it does", () => {
    fc.assert(
      fc.property(batch, compressions, (given, compression) => {
        for (const cursor of walkBatches(encodeBatch(given, { compression }))) {
          const { baseOffset, lastOffset, producerId, producerEpoch, baseSequence, lastSequence } = cursor;
          expect({ baseOffset, lastOffset, producerId, producerEpoch, baseSequence, lastSequence }).toEqual({
            baseOffset: given.baseOffset,
            lastOffset: lastOffsetOf(given),
            producerId: given.producerId,
            producerEpoch: given.producerEpoch,
            baseSequence: given.baseSequence,
            lastSequence: lastSequenceOf(given),
          });
          expect(cursor).toMatchObject({ compression, recordCount: given.records.length });
          expect(cursor.maxTimestampMs).toBeCloseTo(Number(given.maxTimestamp), -4);
        }
      }),
    );
  });

  it("counts sequences on to 2^31 - 1, then from 0", () => {
    const delta = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(batch, record, delta, delta, (given, each, baseSequence, offsetDelta) => {
        const sequence = sequenceOf({ ...given, baseSequence }, { ...each, offsetDelta });
        expect(BigInt(sequence)).toBe((BigInt(baseSequence) + BigInt(offsetDelta)) % 2n ** 31n);
      }),
    );
  });

  it("wraps offsets as Kafka's int64 does", () => {
    fc.assert(
      fc.property(batch, record, (given, each) => {
        const offset = offsetOf(given, each);
        expect(BigInt.asIntN(64, offset - given.baseOffset)).toBe(BigInt(each.offsetDelta));
      }),
    );
  });
});

describe("any message set", () => {
  it("comes back as it was, compressed or not", () => {
    const old = compressions.filter((name) => name !== "zstd");
    fc.assert(
      fc.property(messageSet, old, (given, compression) => {
        const encoded = encodeBatch(given, { compression });
        const batches = [...decodeBatches(encoded)];
        expect(Buffer.concat(batches.map((each) => encodeBatch(each)))).toEqual(Buffer.from(encoded));
        const read = batches.flatMap((each) =>
          each.records.map(({ key, value, ...rest }) => [
            offsetOf(each, { key, value, ...rest }),
            key,
            value,
          ]),
        );
        expect(read).toEqual(
          given.records.map(({ key, value }, n) => [given.baseOffset + BigInt(n), key, value]),
        );
      }),
    );
  });
});

describe("any bytes", () => {
  const file = new URL("../../../test/vectors/record-batches.jsonl.gz", import.meta.url);
  const vectors = gunzipSync(readFileSync(file))
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => Buffer.from((JSON.parse(line) as { hex: string }).hex, "hex"))
    .filter((vector) => vector.length < 1000);
  const vector = fc.constantFrom(...vectors);

  it("are batches, or end in an error of ours", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (given) => void fuzzRecords(given, false)));
  });

  it("that were batches and are cut off somewhere are fewer batches", () => {
    fc.assert(
      fc.property(vector, fc.nat(1000), (given, length) => {
        const code = fuzzRecords(given.subarray(0, length), true);
        expect(code === null || code === "RECORDS_CHECKSUM").toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("that were batches and have changed are batches, or end in an error of ours", () => {
    // Mostly where it counts: in the headers, and in what is said of lengths and counts.
    const at = fc.oneof(fc.nat(120), fc.nat(1000));
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff));
    const change = fc.record({ at, remove: fc.nat(3), insert: fc.array(byte, { maxLength: 4 }) });
    const codes = new Set<string | null>();
    fc.assert(
      fc.property(vector, fc.array(change, { minLength: 1, maxLength: 3 }), (given, changes) => {
        let changed: Uint8Array = given;
        for (const { at, remove, insert } of changes) {
          changed = Buffer.concat([
            changed.subarray(0, at),
            Buffer.from(insert),
            changed.subarray(at + remove),
          ]);
        }
        codes.add(fuzzRecords(changed, false));
      }),
      { numRuns: 4000 },
    );
    expect(codes).toContain(null);
    expect(codes).toContain("MALFORMED_RECORDS");
  });
});
