import { encodeBatch, Fetch, Metadata, Produce } from "@pagoda/kafka/protocol";
import type { FetchResponse, MetadataResponse, ProduceRequest } from "@pagoda/kafka/protocol";

/** Versions that all three codecs have. */
export const versions = { metadata: 6, produce: 7, fetch: 11 } as const;

const firstTimestamp = 1_700_000_000_000;

export interface SampleRecord {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly timestamp: number;
}

/** The records of every partition: ten of a hundred bytes. */
export const records: readonly SampleRecord[] = Array.from({ length: 10 }, (_, index) => ({
  key: Buffer.from(`customer-${index}`),
  value: Buffer.from(`{"order":${index},"note":"${"x".repeat(75)}"}`),
  timestamp: firstTimestamp + index,
}));

/** One batch of {@link records}. */
export function recordBatch(): Uint8Array {
  return encodeBatch({
    baseTimestamp: BigInt(firstTimestamp),
    records: records.map(({ key, value }, index) => ({
      key,
      value,
      timestampDelta: BigInt(index),
    })),
  });
}

export function topicName(index: number): string {
  return `orders-topic-${index}`;
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Three brokers, ten topics of twelve partitions, three replicas each. */
export function metadata(): MetadataResponse {
  return Metadata.response.of({
    brokers: times(3, (n) => ({
      nodeId: n,
      host: `broker-${n}.kafka.example.com`,
      port: 9092,
      rack: `zone-${n}`,
    })),
    clusterId: "MkU3OEVBNTcwNTJENDM2Qg",
    controllerId: 1,
    topics: times(10, (t) => ({
      name: topicName(t),
      partitions: times(12, (p) => ({
        partitionIndex: p,
        leaderId: p % 3,
        replicaNodes: [0, 1, 2],
        isrNodes: [0, 1, 2],
      })),
    })),
  });
}

export function produce(topics: number, partitions: number): ProduceRequest {
  const batch = recordBatch();
  return Produce.request.of({
    acks: -1,
    timeoutMs: 30_000,
    topicData: times(topics, (t) => ({
      name: topicName(t),
      partitionData: times(partitions, (p) => ({ index: p, records: batch })),
    })),
  });
}

export function fetch(topics: number, partitions: number): FetchResponse {
  const batch = recordBatch();
  return Fetch.response.of({
    responses: times(topics, (t) => ({
      topic: topicName(t),
      partitions: times(partitions, (p) => ({
        partitionIndex: p,
        highWatermark: 1_000_000n,
        lastStableOffset: 1_000_000n,
        logStartOffset: 0n,
        records: batch,
      })),
    })),
  });
}
