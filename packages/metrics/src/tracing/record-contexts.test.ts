import { encodeBatch } from "@pagoda/kafka/protocol";
import type { NewBatch } from "@pagoda/kafka/protocol";
import { expect, it } from "vitest";

import { RecordContexts } from "./record-contexts.ts";

const header = (n: number) => ({
  key: "traceparent",
  value: Buffer.from(`00-${n.toString(16).padStart(32, "0")}-00f067aa0ba902b7-01`),
});
const traced = (count: number, from = 1): NewBatch => ({
  records: Array.from({ length: count }, (_, n) => ({ headers: [header(from + n)] })),
});
const ids = (contexts: RecordContexts) =>
  contexts.contexts.map(({ traceId }) => Number.parseInt(traceId, 16)).toSorted((a, b) => a - b);

it.each(["none", "gzip", "snappy", "lz4", "zstd"] as const)(
  "finds contexts in batches of compression %s",
  (compression) => {
    const found = new RecordContexts();
    found.add(encodeBatch(traced(3), { compression }));
    found.add(encodeBatch({ records: [{}, { headers: [header(9)] }] }, { compression }));
    expect(ids(found)).toEqual([1, 2, 3, 9]);
    expect(found).toMatchObject({ records: 5, unread: 0 });
  },
);

it("counts a context that records share once", () => {
  const found = new RecordContexts();
  found.add(encodeBatch({ records: [{ headers: [header(1)] }, { headers: [header(1)] }] }));
  expect(ids(found)).toEqual([1]);
  expect(found.records).toBe(2);
});

it("keeps a random sample of more contexts than allowed", () => {
  const counts = new Map<number, number>();
  const random = numbers(1);
  for (let run = 0; run < 500; run++) {
    const found = new RecordContexts({ maxContexts: 4, random });
    found.add(encodeBatch(traced(10)));
    found.add(encodeBatch(traced(10, 11)));
    expect(ids(found)).toHaveLength(4);
    for (const id of ids(found)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  // Each of 20 with the same chance: 100 times on average.
  expect(counts.size).toBe(20);
  for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(50);
});

it("reads no more bytes and records than allowed, decompressed ones included, and says how many it left", () => {
  const bomb = encodeBatch({ records: [{ value: Buffer.alloc(100_000) }] }, { compression: "gzip" });
  expect(bomb.length).toBeLessThan(1_000);
  const found = new RecordContexts({ maxBytes: 10_000, maxRecords: 5 });
  found.add(bomb);
  expect(found).toMatchObject({ records: 1, unread: 1 });
  found.add(encodeBatch(traced(6)));
  expect(found).toMatchObject({ records: 7, unread: 7 });
  found.add(encodeBatch(traced(4)));
  expect(found).toMatchObject({ records: 11, unread: 7 });
  found.add(encodeBatch(traced(2)));
  expect(found).toMatchObject({ records: 13, unread: 9 });
});

it("finds nothing in control batches, old formats, rubbish and nothing", () => {
  const found = new RecordContexts();
  found.add(null);
  found.add(new Uint8Array(0));
  found.add(encodeBatch({ ...traced(1), attributes: 0x20 }));
  found.add(encodeBatch({ magic: 1, baseTimestamp: 1n, records: [{ value: Buffer.from("old") }] }));
  found.add(Buffer.alloc(100, 0xff));
  const broken = Buffer.from(encodeBatch(traced(1)));
  broken.fill(0xff, 61);
  found.add(broken);
  expect(found.contexts).toEqual([]);
  expect(found).toMatchObject({ records: 2, unread: 1 });
});

/** The same numbers from 0 to below 1 in every run (Park and Miller). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 0x7fff_ffff) / 0x7fff_ffff;
}
