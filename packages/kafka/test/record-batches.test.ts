import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

import { describe, expect, it } from "vitest";

import { checkRecordBatchVector } from "./record-batch-vector.ts";
import type { RecordBatchVector } from "./record-batch-vector.ts";

const file = new URL("vectors/record-batches.jsonl.gz", import.meta.url);
const vectors = gunzipSync(readFileSync(file))
  .toString("utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as RecordBatchVector);

describe("record batches written by Apache Kafka", () => {
  it("are all there", () => {
    expect(vectors).toHaveLength(151);
  });

  it.each([...new Set(vectors.map((vector) => vector.case))])("decode and encode: %s", (name) => {
    for (const vector of vectors) if (vector.case === name) expect(checkRecordBatchVector(vector)).toBeNull();
  });
});
