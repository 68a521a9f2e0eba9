import { createRequire } from "node:module";

import { createRecordsBatch, Reader, readRecordsBatch } from "@platformatic/kafka";
import { describe, expect, it } from "vitest";

import { compressionOf } from "../src/protocol/records/attributes.ts";
import { decodeBatches } from "../src/protocol/records/decode-batches.ts";
import { encodeBatch } from "../src/protocol/records/encode-batch.ts";
import { offsetOf, timestampOf } from "../src/protocol/records/record-batch.ts";

// What kafkajs has of this is not exported.
const require = createRequire(import.meta.url);
const { RecordBatch: kafkajsBatch } = require("kafkajs/src/protocol/recordBatch/v0") as {
  readonly RecordBatch: (batch: object) => Promise<{ readonly buffer: Buffer }>;
};
const kafkajsRecord = require("kafkajs/src/protocol/recordBatch/record/v0") as (record: object) => object;
const kafkajsDecode = require("kafkajs/src/protocol/recordBatch/v0/decoder") as (decoder: object) => Promise<{
  readonly records: readonly Record<string, unknown>[];
}>;
const KafkajsDecoder = require("kafkajs/src/protocol/decoder") as new (bytes: Buffer) => object;

/** A record as every client can tell it: texts, no duplicate headers. */
interface Told {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

const baseTimestamp = 1_690_000_000_000;
const told: readonly Told[] = Array.from({ length: 40 }, (_, n) => ({
  offset: n,
  timestamp: baseTimestamp + n * 100,
  key: n % 3 === 0 ? null : `key-${n}`,
  value: n % 5 === 0 ? null : `value ${n} `.repeat(n * 3),
  headers: n % 2 === 0 ? {} : { trace: `00-${n}`, "\u00fcber": "" },
}));

const bytesOrNull = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text));
const textOrNull = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString();

function decoded(bytes: Uint8Array): Told[] {
  return [...decodeBatches(bytes)].flatMap((batch) =>
    batch.records.map((record) => ({
      offset: Number(offsetOf(batch, record)),
      timestamp: Number(timestampOf(batch, record)),
      key: textOrNull(record.key),
      value: textOrNull(record.value),
      headers: Object.fromEntries(record.headers.map(({ key, value }) => [key, textOrNull(value) ?? "null"])),
    })),
  );
}

function encoded(compression: "none" | "gzip" | "snappy" | "lz4" | "zstd"): Buffer {
  const records = told.map(({ timestamp, key, value, headers }) => ({
    key: bytesOrNull(key),
    value: bytesOrNull(value),
    timestampDelta: BigInt(timestamp - baseTimestamp),
    headers: Object.entries(headers).map(([name, text]) => ({ key: name, value: Buffer.from(text) })),
  }));
  return Buffer.from(encodeBatch({ baseTimestamp: BigInt(baseTimestamp), records }, { compression }));
}

describe("batches of kafkajs", () => {
  const records = told.map(({ offset, timestamp, key, value, headers }) =>
    kafkajsRecord({
      offsetDelta: offset,
      timestampDelta: timestamp - baseTimestamp,
      key: bytesOrNull(key),
      value: bytesOrNull(value),
      headers,
    }),
  );

  it.each([
    ["none", 0],
    ["gzip", 1],
  ])("decode, and come back as they were: %s", async (name, compression) => {
    const stated = { firstTimestamp: baseTimestamp, lastOffsetDelta: told.length - 1, compression, records };
    const { buffer } = await kafkajsBatch(stated);
    expect(decoded(buffer)).toEqual(told);
    const [batch] = decodeBatches(buffer);
    if (batch === undefined) throw new Error("no batch");
    expect(compressionOf(batch)).toBe(name);
    if (compression === 0) expect(Buffer.from(encodeBatch(batch))).toEqual(buffer);
  });

  it.each(["none", "gzip"] as const)("are what ours are read as: %s", async (compression) => {
    const batch = await kafkajsDecode(new KafkajsDecoder(encoded(compression)));
    const read = batch.records.map(({ offset, timestamp, key, value, headers }) => ({
      offset: Number(offset),
      timestamp: Number(timestamp),
      key: textOrNull(key as Buffer | null),
      value: textOrNull(value as Buffer | null),
      headers: Object.fromEntries(
        Object.entries(headers as Record<string, Buffer>).map(([name, bytes]) => [name, bytes.toString()]),
      ),
    }));
    expect(read).toEqual(told);
  });
});

describe("batches of @platformatic/kafka", () => {
  it.each(["none", "gzip", "snappy", "lz4", "zstd"] as const)("decode: %s", (compression) => {
    const messages = told.map(({ timestamp, key, value, headers }) => ({
      topic: "t",
      key: bytesOrNull(key),
      value: bytesOrNull(value),
      timestamp: BigInt(timestamp),
      headers: new Map(Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
    }));
    const { buffer } = createRecordsBatch(messages as never, { compression });
    expect(decoded(buffer)).toEqual(told);
    expect(Array.from(decodeBatches(buffer), compressionOf)).toEqual([compression]);
  });

  it.each(["none", "gzip", "snappy", "lz4", "zstd"] as const)(
    "are what ours are read as: %s",
    (compression) => {
      const batch = readRecordsBatch(Reader.from(encoded(compression)));
      const read = batch.records.map(({ offsetDelta, timestampDelta, key, value, headers }) => ({
        offset: Number(batch.firstOffset) + offsetDelta,
        timestamp: Number(batch.firstTimestamp + timestampDelta),
        key: textOrNull(key),
        value: textOrNull(value),
        headers: Object.fromEntries([...headers].map(([name, bytes]) => [String(name), String(bytes)])),
      }));
      expect(read).toEqual(told);
    },
  );
});
