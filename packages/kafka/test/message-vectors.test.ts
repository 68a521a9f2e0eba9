import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { differencesOf, readVectors, skipReason, titleOf } from "./message-vectors.ts";
import type { MessageVector } from "./message-vectors.ts";

/** The vectors of one file by message and version, without those that say nothing. */
function byMessage(file: string): [title: string, vectors: MessageVector[]][] {
  const groups = new Map<string, MessageVector[]>();
  for (const vector of readVectors(join(import.meta.dirname, "vectors", file))) {
    if (skipReason(vector) !== null) continue;
    const title = titleOf(vector);
    groups.set(title, [...(groups.get(title) ?? []), vector]);
  }
  return [...groups];
}

describe.each([
  { file: "vectors.jsonl.gz", what: "every message of Kafka 4.3.1", versions: 608 },
  {
    file: "legacy-vectors.jsonl.gz",
    what: "every message of Kafka 3.9.2 that was not withdrawn",
    versions: 642,
  },
  { file: "data-vectors.jsonl.gz", what: "every data message", versions: 17 },
])("$what is read and written as Kafka writes it", ({ file, versions }) => {
  const groups = byMessage(file);

  it(`in all ${versions} versions`, () => {
    expect(groups).toHaveLength(versions);
  });

  it.each(groups)("%s", (_, vectors) => {
    expect(vectors.flatMap(differencesOf)).toEqual([]);
  });
});
