import { decodeBatches, encodeBatch } from "@pagoda/kafka/protocol";
import type { NewBatch, RecordBatch, RecordHeader } from "@pagoda/kafka/protocol";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { injectIntoRecords } from "./inject-batches.ts";
import type { InjectBounds } from "./inject-batches.ts";

const bounds: InjectBounds = { maxBatchBytes: 1_048_588, maxDecompressedBytes: 16_777_216 };
const context = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", traceFlags: 1 };
const added = `00-${context.traceId}-${context.spanId}-01`;
/** Two lengths, the key and the value. */
const headerBytes = 1 + 11 + 1 + 55;
/** The length of a record, and the count of its headers, may take more bytes than before. */
const mostAdded = headerBytes + 4 + 4;

const int = (min: number, max: number) => fc.integer({ min, max });
const bytes = fc.uint8Array({ maxLength: 40 });
const key = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom("traceparent", "TraceParent", "tracestate", "a"),
);
const header = fc.record({ key, value: fc.option(bytes) });
const record = fc.record({
  attributes: int(-128, 127),
  timestampDelta: fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(header, { maxLength: 4 }),
});
const batch: fc.Arbitrary<NewBatch> = fc
  .record({
    baseOffset: fc.bigInt({ min: 0n, max: 2n ** 60n }),
    partitionLeaderEpoch: int(-1, 1_000),
    compression: int(0, 4),
    flags: fc.constantFrom(0, 0x08, 0x10, 0x18),
    baseTimestamp: fc.bigInt({ min: -1n, max: 2n ** 41n }),
    maxTimestamp: fc.bigInt({ min: -1n, max: 2n ** 41n }),
    producerId: fc.bigInt({ min: -1n, max: 2n ** 40n }),
    producerEpoch: int(-1, 0x7fff),
    baseSequence: int(-1, 0x7fff_ffff),
    gap: int(0, 3),
    records: fc.array(record, { minLength: 1, maxLength: 8 }),
  })
  .map(({ compression, flags, gap, records, ...rest }) => ({
    ...rest,
    attributes: compression | flags,
    records: records.map((each, index) => ({ ...each, offsetDelta: index * (gap + 1) })),
  }));

function inject(records: Uint8Array, given: Partial<InjectBounds> = {}) {
  const counts = { ok: 0, skipped: 0, failed: 0 };
  return { counts, made: injectIntoRecords(records, () => context, { ...bounds, ...given }, counts) };
}

function isTraced(headers: readonly RecordHeader[]): boolean {
  return headers.some((each) => each.key.toLowerCase() === "traceparent");
}

/** The batch without what was added. */
function withoutAdded(made: RecordBatch, before: RecordBatch): RecordBatch {
  const records = made.records.map((each, index) => {
    const had = before.records[index]?.headers ?? [];
    if (isTraced(had)) return each;
    const last = each.headers.at(-1);
    expect(last?.key).toBe("traceparent");
    expect(Buffer.from(last?.value ?? []).toString()).toBe(added);
    return { ...each, headers: each.headers.slice(0, -1) };
  });
  return { ...made, records };
}

describe("injectIntoRecords", () => {
  it("changes nothing but the header that it adds, whatever the batch", () => {
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 3 }), (batches) => {
        const parts = batches.map((each) => encodeBatch(each));
        const before = Buffer.concat(parts);
        const kept = Buffer.from(before);
        const { counts, made } = inject(before);
        // The bytes that came belong to somebody else.
        expect(before.equals(kept)).toBe(true);
        const had = [...decodeBatches(before)];
        // Decoding checks the checksums, too.
        const has = [...decodeBatches(made)];
        expect(has.map((each, index) => withoutAdded(each, had[index] as RecordBatch))).toEqual(had);

        const all = had.flatMap(({ records }) => records);
        const untraced = all.filter(({ headers }) => !isTraced(headers)).length;
        expect(counts).toEqual({ ok: untraced, skipped: all.length - untraced, failed: 0 });
        if (untraced === 0) expect(made).toBe(before);
        const plain = had.every(({ attributes }) => (attributes & 7) === 0);
        if (plain) expect(made.length).toBeLessThanOrEqual(before.length + untraced * mostAdded);
        // A second time there is nothing left to do.
        expect(inject(made).made).toBe(made);
      }),
      { numRuns: 300 },
    );
  });

  it("leaves bytes that are no batches as they are, and says that it failed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (rubbish) => {
        expect(inject(rubbish).made).toBe(rubbish);
      }),
    );
    const rubbish = Buffer.alloc(100, 0xff);
    expect(inject(rubbish).counts).toEqual({ ok: 0, skipped: 0, failed: 1 });
  });

  it("passes a batch on whose checksum is wrong, and its broken checksum with it", () => {
    const broken = Buffer.from(encodeBatch({ records: [{}, {}] }));
    broken.writeUInt32BE(1, 17);
    expect(inject(broken)).toEqual({ made: broken, counts: { ok: 0, skipped: 0, failed: 2 } });
    const good = encodeBatch({ records: [{}] });
    const { counts, made } = inject(Buffer.concat([broken, good]));
    expect(counts).toEqual({ ok: 1, skipped: 0, failed: 2 });
    expect(Buffer.from(made.subarray(0, broken.length)).equals(broken)).toBe(true);
  });

  it("keeps a tail that is no batch", () => {
    const tail = Buffer.from("tail");
    const { made } = inject(Buffer.concat([encodeBatch({ records: [{}] }), tail]));
    expect(Buffer.from(made.subarray(-4)).toString()).toBe("tail");
  });

  it.each([
    ["a control batch", encodeBatch({ attributes: 0x20, records: [{}] })],
    ["message format 0", encodeBatch({ magic: 0, records: [{ value: Buffer.from("v") }] })],
    ["message format 1", encodeBatch({ magic: 1, records: [{ value: Buffer.from("v") }] })],
  ])("skips %s", (_, records) => {
    expect(inject(records)).toEqual({ made: records, counts: { ok: 0, skipped: 1, failed: 0 } });
  });

  it("skips a batch that is, would become, or decompresses to more than allowed", () => {
    const records = encodeBatch({ records: [{ value: Buffer.alloc(1_000) }] });
    const skipped = { made: records, counts: { ok: 0, skipped: 1, failed: 0 } };
    expect(inject(records, { maxBatchBytes: records.length - 1 })).toEqual(skipped);
    expect(inject(records, { maxBatchBytes: records.length + headerBytes - 1 })).toEqual(skipped);
    expect(inject(records, { maxBatchBytes: records.length + headerBytes }).counts.ok).toBe(1);
    const small = encodeBatch({ records: [{ value: Buffer.alloc(100_000) }] }, { compression: "gzip" });
    const { made, counts } = inject(small, { maxDecompressedBytes: 50_000 });
    expect(made).toBe(small);
    expect(counts).toEqual({ ok: 0, skipped: 1, failed: 0 });
  });
});
