import type { Attributes } from "@opentelemetry/api";

/**
 * The semantic conventions that the names below are of. Messaging and Kafka are in status Development
 * there: names may change with a later version, and then this file, this version and docs/tracing.md do.
 */
export const tracingSchemaUrl = "https://opentelemetry.io/schemas/1.44.0";

/** The instrumentation scope of the spans. */
export const scopeName = "@pagoda/metrics";

/** Attributes by the semantic conventions, and (`pagoda.*`) of our own. */
export const attributeNames = {
  system: "messaging.system",
  operationName: "messaging.operation.name",
  operationType: "messaging.operation.type",
  destination: "messaging.destination.name",
  partition: "messaging.destination.partition.id",
  messageCount: "messaging.batch.message_count",
  group: "messaging.consumer.group.name",
  clientId: "messaging.client.id",
  clusterId: "messaging.kafka.cluster.id",
  errorType: "error.type",
  serverAddress: "server.address",
  serverPort: "server.port",
  clientAddress: "client.address",
  clientPort: "client.port",
  peerAddress: "network.peer.address",
  peerPort: "network.peer.port",
  listener: "pagoda.listener",
  overheadMs: "pagoda.overhead_ms",
  /** Why there is a span of the request: see {@link SamplingReason}. */
  samplingReason: "pagoda.sampling.reason",
  api: "pagoda.kafka.api",
  apiVersion: "pagoda.kafka.api_version",
  node: "pagoda.kafka.node_id",
  principal: "pagoda.client.principal",
  /** True where a message was handed on as it arrived, and so not read. */
  cutThrough: "pagoda.cut_through",
  /** Records that were not looked into for contexts: too many, or too big. */
  unreadRecords: "pagoda.records.unread",
  layer: "pagoda.layer",
  hook: "pagoda.hook",
  durationMs: "pagoda.duration_ms",
} as const;

/**
 * Why a request has spans, the attribute `pagoda.sampling.reason`:
 * `parent`, a sampled span outside decided; `ratio`, chance did; `error` and `slow`, how it ended did.
 */
export type SamplingReason = "parent" | "ratio" | "error" | "slow";

const reasons: ReadonlySet<unknown> = new Set<SamplingReason>(["parent", "ratio", "error", "slow"]);

/**
 * Whether the tracing tier has already decided to keep a span that begins with these attributes. For
 * samplers: what was decided by how a request ended, no ratio of theirs should decide again.
 */
export function isChosen(attributes: Attributes): boolean {
  return reasons.has(attributes[attributeNames.samplingReason]);
}

/** What an API does, in the words of the conventions; others go by their name, without a type. */
export interface Operation {
  readonly name: string;
  readonly type: "send" | "receive" | "settle" | undefined;
}

const operations: Readonly<Record<string, Operation>> = {
  Produce: { name: "send", type: "send" },
  Fetch: { name: "poll", type: "receive" },
  ShareFetch: { name: "poll", type: "receive" },
  OffsetCommit: { name: "commit", type: "settle" },
  TxnOffsetCommit: { name: "commit", type: "settle" },
  ShareAcknowledge: { name: "acknowledge", type: "settle" },
};

export function operationOf(api: string): Operation {
  return operations[api] ?? { name: api, type: undefined };
}
