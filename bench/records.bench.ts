import { createRequire } from "node:module";

import * as platformatic from "@platformatic/kafka";

import { BatchCursor } from "../packages/kafka/src/protocol/records/batch-cursor.ts";
import { decodeBatches } from "../packages/kafka/src/protocol/records/decode-batches.ts";
import { encodeBatch } from "../packages/kafka/src/protocol/records/encode-batch.ts";
import type { EncodeRecordsOptions, NewRecord } from "../packages/kafka/src/protocol/records/new-batch.ts";
import type { Bench, BenchReport } from "./lib/bench.ts";
import { interleave } from "./lib/interleave.ts";
import type { Variant } from "./lib/interleave.ts";

const require = createRequire(import.meta.url);
const Decoder = require("kafkajs/src/protocol/decoder") as new (bytes: Buffer) => object;
const decodeKafkajs = require("kafkajs/src/protocol/recordBatch/v0/decoder") as (
  decoder: object,
) => Promise<{ readonly records: readonly unknown[] }>;
const { RecordBatch: encodeKafkajs } = require("kafkajs/src/protocol/recordBatch/v0") as {
  readonly RecordBatch: (batch: object) => Promise<{ readonly buffer: Buffer }>;
};
const recordKafkajs = require("kafkajs/src/protocol/recordBatch/record/v0") as (record: object) => object;

const records = 100;
const rounds = 7;
const now = 1_690_000_000_000n;

/** A record as services write them: a short key, some JSON, two headers. */
function record(n: number): Required<Pick<NewRecord, "key" | "value" | "headers" | "timestampDelta">> {
  const value = JSON.stringify({
    id: n,
    name: `customer ${n * 7919}`,
    tags: ["a", "b"],
    note: "x".repeat(120),
  });
  return {
    key: Buffer.from(`key-${n}`),
    value: Buffer.from(value),
    headers: [
      { key: "trace-id", value: Buffer.from(`00-${n}-01`) },
      { key: "content-type", value: Buffer.from("application/json") },
    ],
    timestampDelta: BigInt(n),
  };
}

const batch = { baseTimestamp: now, records: Array.from({ length: records }, (_, n) => record(n)) };

function encoded(options: EncodeRecordsOptions): Buffer {
  return Buffer.from(encodeBatch(batch, options));
}

/** Microseconds for a batch. */
function timed(name: string, times: number, work: () => unknown): Variant {
  const measure = async (): Promise<number> => {
    const startedMs = performance.now();
    for (let n = 0; n < times; n++) {
      const result = work();
      if (result instanceof Promise) await result;
    }
    return ((performance.now() - startedMs) * 1e3) / times;
  };
  return { name, measure };
}

function walk(cursor: BatchCursor, bytes: Uint8Array): number {
  let count = 0;
  cursor.reset(bytes);
  while (cursor.next()) count += cursor.recordCount;
  return count;
}

function decodeAll(bytes: Uint8Array, verifyChecksums = true): number {
  let count = 0;
  for (const { records } of decodeBatches(bytes, { verifyChecksums })) count += records.length;
  return count;
}

function decoders(bytes: Buffer, times: number): Variant[] {
  const cursor = new BatchCursor();
  return [
    timed("walk: headers only", times * 20, () => walk(cursor, bytes)),
    timed("decode", times, () => decodeAll(bytes)),
    timed("decode, checksum unchecked", times, () => decodeAll(bytes, false)),
    timed("kafkajs (no checksum)", times, () => decodeKafkajs(new Decoder(bytes))),
    timed("@platformatic/kafka (no checksum)", times, () =>
      platformatic.readRecordsBatch(platformatic.Reader.from(bytes)),
    ),
  ];
}

function encoders(times: number): Variant[] {
  const ofKafkajs = batch.records.map(({ key, value, headers, timestampDelta }, offsetDelta) => ({
    key,
    value,
    offsetDelta,
    timestampDelta: Number(timestampDelta),
    headers: Object.fromEntries(headers.map((header) => [header.key, header.value])),
  }));
  const ofPlatformatic = batch.records.map(({ key, value, headers, timestampDelta }) => ({
    topic: "t",
    key: Buffer.from(key as Buffer),
    value: Buffer.from(value as Buffer),
    timestamp: now + timestampDelta,
    headers: new Map(headers.map((header) => [Buffer.from(header.key), header.value as Buffer])),
  }));
  return [
    timed("encode", times, () => encodeBatch(batch)),
    timed("kafkajs", times, () =>
      encodeKafkajs({ records: ofKafkajs.map((record) => recordKafkajs(record)) }),
    ),
    timed("@platformatic/kafka", times, () => platformatic.createRecordsBatch(ofPlatformatic)),
  ];
}

/** What reading and writing a batch costs, against other clients on the same bytes. */
export const bench: Bench = {
  about: `microseconds per batch of ${records} records: walk, decode and encode, against kafkajs and @platformatic/kafka`,
  run: async (): Promise<BenchReport> => {
    const unit = "us per batch";
    const plain = encoded({});
    const zipped = encoded({ compression: "gzip" });
    const tables = [
      await interleave(decoders(plain, 500), { title: "Decode", unit, rounds, baseline: ["decode"] }),
      await interleave(decoders(zipped, 200), { title: "Decode, gzip", unit, rounds, baseline: ["decode"] }),
      await interleave(encoders(500), { title: "Encode", unit, rounds, baseline: ["encode"] }),
    ];
    const codecs: Variant[] = (["none", "gzip", "snappy", "lz4", "zstd"] as const).flatMap((compression) => {
      const bytes = encoded({ compression });
      return [
        timed(`decode ${compression} (${bytes.length} bytes)`, 200, () => decodeAll(bytes)),
        timed(`encode ${compression}`, 200, () => encodeBatch(batch, { compression })),
      ];
    });
    const noneDecode = codecs[0]?.name ?? "";
    tables.push(await interleave(codecs, { title: "Compressions", unit, rounds, baseline: [noneDecode] }));
    return {
      tables,
      notes: [`${records} records of ${Math.round(plain.length / records)} bytes, two headers each`],
    };
  },
};
