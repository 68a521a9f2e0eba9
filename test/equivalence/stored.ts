import { compressionOf, decodeBatches, Fetch, isControl, lastOffsetOf } from "@pagoda/kafka/protocol";
import type { BatchRecord, RecordBatch } from "@pagoda/kafka/protocol";

import { RawClient } from "../support/raw-client.ts";

/** What a partition keeps of the records that were produced. */
export interface Stored {
  readonly compression: readonly string[];
  /** Every batch says which producer wrote it. */
  readonly idempotent: boolean;
  /** As in `key=value [header=value]`. */
  readonly records: readonly string[];
}

const maxBytes = 1_048_576;

/**
 * Reads partition 0 of a topic from its beginning, as it is stored, until it has so many records, or
 * has been asked so often: a poll waits for a second.
 */
export async function storedIn(
  bootstrap: string,
  topic: string,
  count: number,
  maxPolls = 60,
): Promise<Stored> {
  const { client: leader, topicId } = await RawClient.toLeader(bootstrap, topic);
  using client = leader;
  const batches: RecordBatch[] = [];
  const records: BatchRecord[] = [];
  let fetchOffset = 0n;
  for (let polls = 0; polls < maxPolls && records.length < count; polls++) {
    const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: maxBytes }];
    const topics = [{ topicId, partitions }];
    // oxlint-disable-next-line no-await-in-loop -- it reads on from where it has come
    const { responses } = await client.ask(Fetch, 13, { maxWaitMs: 1_000, minBytes: 1, maxBytes, topics });
    for (const batch of decodeBatches(responses[0]?.partitions[0]?.records ?? new Uint8Array())) {
      fetchOffset = lastOffsetOf(batch) + 1n;
      if (isControl(batch)) continue;
      batches.push(batch);
      records.push(...batch.records);
    }
  }
  return {
    compression: [...new Set(batches.map((batch) => compressionOf(batch)))],
    idempotent: batches.every(({ producerId }) => producerId >= 0n),
    records: records.map(textOf),
  };
}

function textOf({ key, value, headers }: BatchRecord): string {
  const text = (bytes: Uint8Array | null): string =>
    bytes === null ? "null" : Buffer.from(bytes).toString();
  const trailer = headers.map((header) => ` [${header.key}=${text(header.value)}]`).join("");
  return `${text(key)}=${text(value)}${trailer}`;
}
