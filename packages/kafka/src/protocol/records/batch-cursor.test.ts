import { describe, expect, it } from "vitest";

import { BatchCursor, walkBatches } from "./batch-cursor.ts";
import { encodeBatch } from "./encode-batch.ts";
import type { NewBatch } from "./new-batch.ts";

const record = { value: Buffer.from("v") };

function bytesOf(...batches: NewBatch[]): Buffer {
  return Buffer.concat(batches.map((batch) => encodeBatch(batch)));
}

function cursorAtFirst(bytes: Uint8Array): BatchCursor {
  const cursor = new BatchCursor(bytes);
  expect(cursor.next()).toBe(true);
  return cursor;
}

function sizes(bytes: Uint8Array): number[] {
  return Array.from(walkBatches(bytes), (cursor) => cursor.size);
}

describe("BatchCursor", () => {
  it("reads the header of a record batch", () => {
    const bytes = bytesOf({
      baseOffset: 2n ** 62n,
      partitionLeaderEpoch: 7,
      attributes: 0b111_1000,
      lastOffsetDelta: 9,
      baseTimestamp: 1_690_000_000_000n,
      maxTimestamp: -5n,
      producerId: -(2n ** 63n),
      producerEpoch: -2,
      baseSequence: 2 ** 31 - 5,
      records: [record, record],
    });
    expect(cursorAtFirst(bytes)).toMatchObject({
      at: 0,
      size: bytes.length,
      magic: 2,
      baseOffset: 2n ** 62n,
      lastOffset: 2n ** 62n + 9n,
      partitionLeaderEpoch: 7,
      crc: bytes.readUInt32BE(17),
      attributes: 0b111_1000,
      compressionId: 0,
      compression: "none",
      timestampType: "LogAppendTime",
      isTransactional: true,
      isControl: true,
      hasDeleteHorizon: true,
      lastOffsetDelta: 9,
      baseTimestampMs: 1_690_000_000_000,
      maxTimestampMs: -5,
      producerId: -(2n ** 63n),
      producerEpoch: -2,
      baseSequence: 2 ** 31 - 5,
      lastSequence: 4,
      recordCount: 2,
    });
  });

  it("reads the header of a message of magic 1, and of magic 0, which has no timestamp", () => {
    const states = { baseOffset: 5n, records: [record] };
    const bytes = bytesOf(
      { ...states, magic: 1, attributes: 8, baseTimestamp: 77n },
      { ...states, magic: 0 },
    );
    const cursor = cursorAtFirst(bytes);
    const none = { recordCount: 1, producerId: -1n, producerEpoch: -1, baseSequence: -1, lastSequence: -1 };
    expect(cursor).toMatchObject({
      ...none,
      magic: 1,
      baseOffset: 5n,
      lastOffset: 5n,
      timestampType: "LogAppendTime",
      baseTimestampMs: 77,
      maxTimestampMs: 77,
      isControl: false,
      isTransactional: false,
      partitionLeaderEpoch: -1,
    });
    expect(cursor.next()).toBe(true);
    expect(cursor).toMatchObject({
      ...none,
      magic: 0,
      at: 35,
      timestampType: "NoTimestampType",
      baseTimestampMs: -1,
      maxTimestampMs: -1,
    });
  });

  it("does not know how many records a compressed message has", () => {
    const cursor = cursorAtFirst(bytesOf({ magic: 1, attributes: 1, records: [record, record] }));
    expect(cursor).toMatchObject({ recordCount: -1, compression: "gzip" });
  });

  it("stops at a batch that is cut off, wherever the cut is", () => {
    const one = bytesOf({ records: [record] });
    const other = bytesOf({ magic: 1, records: [record] });
    const bytes = Buffer.concat([one, other]);
    for (let length = 0; length < bytes.length; length++) {
      const cursor = new BatchCursor(bytes.subarray(0, length));
      const whole = length < one.length ? 0 : one.length;
      let seen = 0;
      while (cursor.next()) seen += cursor.size;
      expect([seen, cursor.partialTailBytes]).toEqual([whole, length - whole]);
    }
  });

  it("walks over a part of the bytes", () => {
    const batch = bytesOf({ records: [record] });
    const bytes = Buffer.concat([Buffer.from("before"), batch, batch, Buffer.from("behind")]);
    const cursor = new BatchCursor();
    cursor.reset(bytes, 6, 6 + batch.length);
    expect(cursor.next()).toBe(true);
    expect([cursor.at, cursor.bytes]).toEqual([6, batch]);
    expect(cursor.next()).toBe(false);
    expect(cursor.partialTailBytes).toBe(0);
  });

  it.each([
    ["a negative length", 8, -1, "length -1"],
    ["a length of less than any header", 8, 13, "length 13"],
    ["a length of less than its own header", 8, 48, "length 48 with magic 2"],
    ["a negative record count", 57, -1, "record count -1"],
  ])("refuses %s", (_, at, lie, reason) => {
    const good = bytesOf({ records: [record] });
    const bad = Buffer.from(good);
    bad.writeInt32BE(lie, at);
    const cursor = new BatchCursor(Buffer.concat([good, bad]));
    cursor.next();
    const error = { code: "MALFORMED_RECORDS", batchAt: good.length, reason };
    expect(() => cursor.next()).toThrow(expect.objectContaining(error));
    expect([cursor.next(), cursor.size]).toEqual([false, 0]);
  });

  it.each([3, 127, 128, 255])("refuses magic byte %i", (magic) => {
    const bytes = bytesOf({ records: [record] });
    bytes[16] = magic;
    expect(() => sizes(bytes)).toThrow(/^batch at byte 0: magic/);
  });

  it("refuses a length that is too short before its magic has arrived", () => {
    const bytes = bytesOf({ records: [record] }).subarray(0, 14);
    bytes.writeInt32BE(0, 8);
    expect(() => sizes(bytes)).toThrow("batch at byte 0: length 0");
  });

  it("takes a length beyond the bytes for a batch that is cut off", () => {
    const bytes = bytesOf({ records: [record] });
    bytes.writeInt32BE(0x7fff_ffff, 8);
    expect(sizes(bytes)).toEqual([]);
  });
});

describe("walkBatches", () => {
  it("yields one cursor, at each batch in turn", () => {
    const batch = bytesOf({ records: [record] });
    const cursors = new Set<BatchCursor>();
    const at: number[] = [];
    for (const cursor of walkBatches(Buffer.concat([batch, batch]))) {
      cursors.add(cursor);
      at.push(cursor.at);
    }
    expect(at).toEqual([0, batch.length]);
    expect(cursors.size).toBe(1);
  });
});
