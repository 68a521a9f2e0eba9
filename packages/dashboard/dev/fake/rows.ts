import type { ApiRow, ClientRow, EdgeRow, TopicRow } from "@pagoda/traffic/view";

import { answered, topics, wave } from "./cast.ts";
import type { FakeTopic } from "./cast.ts";

export function topicRow(
  { name, rate, producers, groups: its, errors }: FakeTopic,
  n: number,
  at: number,
): TopicRow {
  const records = rate * wave(n, at);
  const flow = { recordsPerSecond: records, bytesPerSecond: records * 700, requestsPerSecond: records / 20 };
  return {
    listener: "main",
    topic: name,
    ...answered(n, at, errors),
    produce: flow,
    fetch: {
      ...flow,
      recordsPerSecond: records * its.length,
      bytesPerSecond: flow.bytesPerSecond * its.length,
    },
    producers,
    groups: its,
    partitions: 6,
    maxLag:
      its.length === 0
        ? null
        : { records: Math.round(300 * wave(n + 2, at)), seconds: 4.2 * wave(n, at), clock: "observed" },
    lastProducedAt: rate === 0 ? at - 300_000 : at - 200,
  };
}

export function clientRow(client: string, n: number, at: number): ClientRow {
  const isLegacy = client === "legacy-etl";
  return {
    listener: "main",
    client,
    ...answered(n + 5, at, client === "checkout" ? 0.012 : 0),
    software: isLegacy ? ["librdkafka/1.4.2"] : ["apache-kafka-java/4.3.1"],
    connections: isLegacy ? 48 : 6,
    produce: { recordsPerSecond: 410 * wave(n, at), bytesPerSecond: 510_000 * wave(n, at) },
    fetch: { recordsPerSecond: 0, bytesPerSecond: 0 },
    throttledMs: isLegacy ? 1_200 : 0,
    tls: isLegacy ? "no" : "yes",
    auth: isLegacy ? "-" : "SCRAM-SHA-512",
    problems: isLegacy ? ["no-compression", "tiny-batches", "plaintext"] : [],
  };
}

export function apiRow(api: string, client: string, n: number, at: number): ApiRow {
  return {
    listener: "main",
    api,
    client,
    ...answered(n, at, api === "Produce" ? 0.001 : 0),
    requests: 41_000 + n * 117,
    versions: [9, 11],
    bestMs: 1.9,
    worstMs: 231,
    lastMs: 3 * wave(n, at),
    brokerShare: 0.93,
  };
}

export function edges(at: number): readonly EdgeRow[] {
  const shared = { listener: "main", tls: "yes", auth: "SCRAM-SHA-512", lastAt: at - 300 } as const;
  return [
    {
      ...shared,
      source: { kind: "http", name: "POST /checkout" },
      target: { kind: "client", name: "checkout" },
      op: "http",
      recordsPerSecond: 38,
      bytesPerSecond: 9_000,
      errorShare: 0,
      auth: "-",
    },
    ...topics.flatMap(({ name, rate, producers, groups: its, errors = 0 }, n): EdgeRow[] => {
      const records = (rate * wave(n, at)) / producers.length;
      const topic = { kind: "topic", name } as const;
      const lastAt = rate === 0 ? at - 300_000 : shared.lastAt;
      return [
        ...producers.map((client): EdgeRow => ({
          ...shared,
          lastAt,
          source: { kind: "client", name: client },
          target: topic,
          op: "produce",
          recordsPerSecond: records,
          bytesPerSecond: records * 700,
          errorShare: rate === 0 ? null : errors,
        })),
        ...its.map((group): EdgeRow => ({
          ...shared,
          lastAt,
          source: topic,
          target: { kind: "group", name: group },
          op: "fetch",
          recordsPerSecond: rate * wave(n, at),
          bytesPerSecond: rate * 700,
          errorShare: 0,
        })),
      ];
    }),
  ];
}
