/**
 * What one process has seen, as plain JSON that can be sent to another and added to its own: counts
 * that only rise for as long as what they are of is kept, and positions. Rates, percentiles, lag and
 * problems are made of the difference of two of these (`history`), in the process that is asked.
 *
 * All maps are lists here, each with its own key; every list is bounded by the limits of the labels.
 */
export interface TrafficState {
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly startedMs: number;
  readonly listeners: readonly ListenerState[];
  readonly apis: readonly ApiState[];
  readonly topics: readonly TopicState[];
  readonly clients: readonly ClientState[];
  readonly brokers: readonly BrokerState[];
  readonly edges: readonly EdgeState[];
  readonly groups: readonly GroupState[];
}

/** Upper bounds in milliseconds of what `LatencyCounts` counts; the last count is of what is above all. */
export const latencyBoundsMs: readonly number[] = Array.from({ length: 60 }, (_, n) => 0.1 * 1.25 ** n);

/** How many answers came within each bound and above the one before: one longer than `latencyBoundsMs`. */
export type LatencyCounts = readonly number[];

export interface AnswerCounts {
  readonly requests: number;
  readonly success: number;
  readonly retriable: number;
  readonly failure: number;
  readonly latency: LatencyCounts;
  /** By Kafka's name for it. */
  readonly errors: Readonly<Record<string, number>>;
}

export interface FlowCounts {
  readonly producedRecords: number;
  readonly producedBytes: number;
  readonly producedBatches: number;
  readonly produceRequests: number;
  readonly fetchedRecords: number;
  readonly fetchedBytes: number;
  readonly fetchRequests: number;
}

export interface ListenerState extends AnswerCounts {
  readonly listener: string;
  readonly connections: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Milliseconds of all requests that went to a broker: in all, and there. */
  readonly totalMs: number;
  readonly brokerMs: number;
  readonly sent: number;
  /** Connections in plain text, ever, from an address that is not this machine's own. */
  readonly plaintextRemote: number;
}

export interface ApiState extends AnswerCounts {
  readonly listener: string;
  readonly api: string;
  readonly client: string;
  readonly versions: readonly number[];
  /** Infinity is null in JSON: -1 before the first. */
  readonly bestMs: number;
  readonly worstMs: number;
  readonly lastMs: number;
  readonly totalMs: number;
  readonly brokerMs: number;
}

export interface TopicState extends AnswerCounts, FlowCounts {
  readonly listener: string;
  readonly topic: string;
  readonly lastProducedMs: number;
  /** As many as it is known to have: those that were seen at least. */
  readonly partitionCount: number;
  /** Those that were seen. */
  readonly partitions: readonly PartitionState[];
}

export interface PartitionState {
  readonly partition: number;
  readonly producedRecords: number;
  readonly producedBytes: number;
  /** The offset behind the last record, as last seen; -1 before. */
  readonly endOffset: number;
  /** `[end offset, Unix milliseconds when it was first seen]`, rising, thinned out to at most 64. */
  readonly timeline: readonly (readonly [endOffset: number, atMs: number])[];
  /** Times that a broker said it leads it no more. */
  readonly leaderMoves: number;
}

export interface ClientState extends AnswerCounts, FlowCounts {
  readonly listener: string;
  readonly client: string;
  /** `name/version`, at most 10. */
  readonly software: readonly string[];
  readonly connections: number;
  /** Connections ever. */
  readonly opened: number;
  readonly uncompressedBatches: number;
  /** Produce requests with acks=0. */
  readonly unacknowledged: number;
  readonly metadataRequests: number;
  readonly emptyFetches: number;
  /** OffsetCommit requests. */
  readonly commits: number;
  readonly throttledMs: number;
  readonly tlsConnections: number;
  readonly plainConnections: number;
  /** How connections logged in, at most 10: `SCRAM-SHA-512`, `mTLS`, `-`. */
  readonly auth: readonly string[];
  /** APIs with versions below those that a Kafka 4 broker takes (KIP-896), as `Produce/v2`; at most 10. */
  readonly oldVersions: readonly string[];
}

export interface BrokerState extends AnswerCounts {
  readonly listener: string;
  readonly nodeId: string;
  readonly inFlight: number;
  readonly connections: number;
}

export interface EdgeState {
  readonly listener: string;
  readonly from: string;
  readonly fromKind: "client" | "topic";
  readonly to: string;
  readonly toKind: "topic" | "group" | "client";
  readonly op: "produce" | "fetch";
  readonly requests: number;
  readonly failed: number;
  readonly records: number;
  readonly bytes: number;
  readonly tlsRequests: number;
  readonly auth: string;
  readonly lastMs: number;
}

export interface GroupState {
  readonly listener: string;
  readonly group: string;
  readonly state: "Stable" | "PreparingRebalance" | "CompletingRebalance" | "Empty" | "Unknown";
  readonly protocol: "classic" | "consumer" | "share" | "simple";
  readonly members: readonly GroupMemberState[];
  /** Clients that are members, or were, at most 100: by them another process knows whose fetches it saw. */
  readonly clients: readonly string[];
  readonly partitions: readonly GroupPartitionState[];
  readonly commits: number;
  readonly failedCommits: number;
  readonly rebalances: Readonly<Record<"join" | "leave" | "session_timeout" | "error", number>>;
  /** Of the last hour, Unix milliseconds, at most 200, oldest first. */
  readonly rebalancedMs: readonly {
    readonly at: number;
    readonly trigger: "join" | "leave" | "session_timeout" | "error";
  }[];
  readonly ambiguous: string | null;
  readonly timeline: readonly GroupEventState[];
}

export interface GroupMemberState {
  readonly memberId: string;
  readonly client: string;
  readonly host: string;
  readonly joinedMs: number;
  readonly seenMs: number;
}

export interface GroupPartitionState {
  readonly topic: string;
  readonly partition: number;
  /** -1 before a commit was seen. */
  readonly committed: number;
  readonly committedMs: number;
  /** Timestamp of the last batch that the group fetched; -1 for none. */
  readonly recordMs: number;
}

export interface GroupEventState {
  readonly atMs: number;
  readonly kind: "join" | "sync" | "heartbeat" | "leave" | "commit" | "rebalance";
  readonly memberId: string;
  readonly client: string;
  readonly durationMs: number;
  readonly error?: string;
  readonly trigger?: "join" | "leave" | "session_timeout" | "error";
}
