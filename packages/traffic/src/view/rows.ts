/**
 * What the admin server says of the traffic that passes through the proxy, as JSON: rows of the tables
 * that the command line and the dashboard show. Rates and latencies are those of a window; totals are
 * since the proxy started. Names of topics, clients and groups are those of the metrics: bounded, what
 * is too much folded into `__other__`.
 */

/** How far back rates and latencies look. */
export const windows = ["10s", "1m", "15m"] as const;
export type Window = (typeof windows)[number];

/** Per second, over the window. */
export interface Flow {
  readonly recordsPerSecond: number;
  readonly bytesPerSecond: number;
}

/** Milliseconds; null where nothing was answered in the window. Long polls without records are not in it. */
export interface Latency {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** An error by Kafka's name for it, and how often it came in the window. */
export interface ErrorCount {
  readonly error: string;
  readonly count: number;
}

interface Answered {
  readonly requestsPerSecond: number;
  /** Share of responses that were neither `retriable` nor `failure`, from 0 to 1; null without responses. */
  readonly okShare: number | null;
  readonly latency: Latency;
  /** Most frequent first. */
  readonly errors: readonly ErrorCount[];
}

export interface ListenerRow extends Answered {
  readonly listener: string;
  readonly connections: number;
  /** Frames of clients, and of brokers to them. */
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
  /** Mean milliseconds that a request spent in this proxy, and at the broker; null without requests. */
  readonly proxyMs: number | null;
  readonly brokerMs: number | null;
}

export interface ApiRow extends Answered {
  readonly listener: string;
  readonly api: string;
  readonly client: string;
  /** Since the start. */
  readonly requests: number;
  /** Versions seen, rising. */
  readonly versions: readonly number[];
  /** Milliseconds, since the start; null before the first response. */
  readonly bestMs: number | null;
  readonly worstMs: number | null;
  readonly lastMs: number | null;
  /** Share of the time that was the broker's, from 0 to 1; null without requests in the window. */
  readonly brokerShare: number | null;
}

export interface TopicRow extends Answered {
  readonly listener: string;
  readonly topic: string;
  readonly produce: Flow & { readonly requestsPerSecond: number };
  readonly fetch: Flow & { readonly requestsPerSecond: number };
  /** Clients that produced to it, and groups that read it, within the last 15 minutes. */
  readonly producers: readonly string[];
  readonly groups: readonly string[];
  /** As many as it is known to have: those that records went to or came from at least. */
  readonly partitions: number;
  /** The largest lag of a group on it; null where none is known. */
  readonly maxLag: Lag | null;
  /** Unix milliseconds; null before the first. */
  readonly lastProducedAt: number | null;
}

export interface ClientRow extends Answered {
  readonly listener: string;
  readonly client: string;
  /** As `apache-kafka-java/4.3.1`; several where the name is used by several. */
  readonly software: readonly string[];
  readonly connections: number;
  readonly produce: Flow;
  readonly fetch: Flow;
  /** Milliseconds that brokers told it to wait, in the window. */
  readonly throttledMs: number;
  readonly tls: "yes" | "no" | "mixed";
  /** How it logged in, as `SCRAM-SHA-512` or `mTLS`; `-` for not at all. */
  readonly auth: string;
  /** Kinds of the problems that it has. */
  readonly problems: readonly ProblemKind[];
}

/** `records` counts from the group's committed offset to the end of the partitions seen. */
export interface Lag {
  readonly records: number;
  /** Null where no clock can tell. */
  readonly seconds: number | null;
  /**
   * `observed`: since this proxy saw the offset behind the committed one be written; `record`: by the
   * timestamps of the records that the group reads, where it did not; `none`: no clock.
   */
  readonly clock: "observed" | "record" | "none";
}

export interface GroupTopic {
  readonly topic: string;
  readonly lag: Lag | null;
  readonly partitions: readonly GroupPartition[];
}

export interface GroupPartition {
  readonly partition: number;
  /** The next offset that the group will read; null before a commit was seen. */
  readonly committed: number | null;
  /** The end of the log as last seen; null where it was not. */
  readonly end: number | null;
  readonly lag: Lag | null;
}

export interface GroupMember {
  readonly memberId: string;
  readonly client: string;
  readonly host: string;
  /** Unix milliseconds. */
  readonly joinedAt: number;
  readonly lastSeenAt: number;
}

export const rebalanceTriggers = ["join", "leave", "session_timeout", "error"] as const;
export type RebalanceTrigger = (typeof rebalanceTriggers)[number];

/** One thing that happened to a group, for its timeline. */
export interface GroupEvent {
  /** Unix milliseconds. */
  readonly at: number;
  readonly kind: "join" | "sync" | "heartbeat" | "leave" | "commit" | "rebalance";
  readonly memberId: string;
  readonly client: string;
  /** Milliseconds from request to response. */
  readonly durationMs: number;
  /** Kafka's name for the error that it was answered with. */
  readonly error?: string;
  readonly trigger?: RebalanceTrigger;
}

export interface GroupRow {
  readonly listener: string;
  readonly group: string;
  /** As seen through this proxy; `Unknown` where only commits were. */
  readonly state: "Stable" | "PreparingRebalance" | "CompletingRebalance" | "Empty" | "Unknown";
  readonly protocol: "classic" | "consumer" | "share" | "simple";
  readonly members: readonly GroupMember[];
  readonly topics: readonly GroupTopic[];
  /** Over all topics: records added up, seconds the worst. Null where none is known. */
  readonly lag: Lag | null;
  readonly commitsPerSecond: number;
  /** In the last hour. */
  readonly rebalances: number;
  readonly lastRebalance: { readonly at: number; readonly trigger: RebalanceTrigger } | null;
  /** Why lag and edges of the group cannot be told, in words; null where they can. */
  readonly ambiguous: string | null;
  /** The last 200, oldest first. */
  readonly timeline: readonly GroupEvent[];
}

export interface BrokerRow extends Answered {
  readonly listener: string;
  /** `bootstrap` before a broker is known. */
  readonly nodeId: string;
  readonly inFlight: number;
  readonly connections: number;
}

/** Where data comes from or goes to. `http` are routes of HTTP actors. */
export interface Actor {
  readonly kind: "http" | "client" | "topic" | "group";
  readonly name: string;
}

export interface EdgeRow {
  readonly listener: string;
  readonly source: Actor;
  readonly target: Actor;
  readonly op: "http" | "produce" | "fetch";
  readonly recordsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Share of requests with an error, from 0 to 1; null without requests in the window. */
  readonly errorShare: number | null;
  readonly tls: "yes" | "no" | "mixed";
  readonly auth: string;
  /** Unix milliseconds. */
  readonly lastAt: number;
}

export const problemKinds = [
  "tiny-batches",
  "no-compression",
  "acks-0",
  "metadata-storm",
  "reconnect-loop",
  "rebalance-loop",
  "hot-partition",
  "empty-fetches",
  "commit-per-record",
  "old-protocol",
  "plaintext",
  "leader-moves",
] as const;
export type ProblemKind = (typeof problemKinds)[number];

export interface Problem {
  readonly kind: ProblemKind;
  readonly severity: "warning" | "critical";
  readonly listener: string;
  /** Who has it. */
  readonly subject: { readonly kind: "client" | "topic" | "group" | "listener"; readonly name: string };
  /** One line with figures: `1.1 records a batch, 2.1k batches in 1m`. */
  readonly summary: string;
  /** What to do about it, one or two sentences. */
  readonly advice: string;
  /** Unix milliseconds. */
  readonly since: number;
}
