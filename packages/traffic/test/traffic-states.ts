import type {
  ApiState,
  ClientState,
  EdgeState,
  GroupState,
  LatencyCounts,
  ListenerState,
  PartitionState,
  TopicState,
  TrafficState,
} from "../src/state/state.ts";
import { latencyBoundsMs } from "../src/state/state.ts";

/** When tests begin, Unix milliseconds. */
export const startMs = 1_700_000_000_000;

/** A state of `seconds` after the start. */
export function stateAt(seconds: number, rows: Partial<TrafficState> = {}): TrafficState {
  return {
    atMs: startMs + seconds * 1_000,
    startedMs: startMs,
    listeners: [],
    apis: [],
    topics: [],
    clients: [],
    brokers: [],
    edges: [],
    groups: [],
    ...rows,
  };
}

/** So many answers within each of these milliseconds. */
export function latencyCounts(answers: Readonly<Record<number, number>> = {}): LatencyCounts {
  const counts = [...latencyBoundsMs, Infinity].map(() => 0);
  for (const [ms, count] of Object.entries(answers)) {
    const bound = latencyBoundsMs.findIndex((most) => Number(ms) <= most);
    counts[bound < 0 ? latencyBoundsMs.length : bound] = count;
  }
  return counts;
}

const noAnswers = { requests: 0, success: 0, retriable: 0, failure: 0, latency: latencyCounts(), errors: {} };
const noFlow = {
  producedRecords: 0,
  producedBytes: 0,
  producedBatches: 0,
  produceRequests: 0,
  fetchedRecords: 0,
  fetchedBytes: 0,
  fetchRequests: 0,
};

export function listenerRow(row: Partial<ListenerState> = {}): ListenerState {
  return {
    listener: "main",
    ...noAnswers,
    connections: 1,
    bytesIn: 0,
    bytesOut: 0,
    totalMs: 0,
    brokerMs: 0,
    sent: 0,
    plaintextRemote: 0,
    ...row,
  };
}

export function apiRow(row: Partial<ApiState> = {}): ApiState {
  return {
    listener: "main",
    api: "Produce",
    client: "app",
    ...noAnswers,
    versions: [9],
    bestMs: -1,
    worstMs: -1,
    lastMs: -1,
    totalMs: 0,
    brokerMs: 0,
    ...row,
  };
}

export function topicRow(row: Partial<TopicState> = {}): TopicState {
  const { partitions = [] } = row;
  return {
    listener: "main",
    topic: "orders",
    ...noAnswers,
    ...noFlow,
    lastProducedMs: -1,
    partitionCount: partitions.length,
    partitions,
    ...row,
  };
}

export function partitionRow(row: Partial<PartitionState> = {}): PartitionState {
  return {
    partition: 0,
    producedRecords: 0,
    producedBytes: 0,
    endOffset: -1,
    timeline: [],
    leaderMoves: 0,
    ...row,
  };
}

export function clientRow(row: Partial<ClientState> = {}): ClientState {
  return {
    listener: "main",
    client: "app",
    ...noAnswers,
    ...noFlow,
    software: ["apache-kafka-java/3.9.0"],
    connections: 3,
    opened: 3,
    uncompressedBatches: 0,
    unacknowledged: 0,
    metadataRequests: 0,
    emptyFetches: 0,
    commits: 0,
    throttledMs: 0,
    tlsConnections: 0,
    plainConnections: 3,
    auth: ["-"],
    oldVersions: [],
    ...row,
  };
}

export function edgeRow(row: Partial<EdgeState> = {}): EdgeState {
  return {
    listener: "main",
    from: "app",
    fromKind: "client",
    to: "orders",
    toKind: "topic",
    op: "produce",
    requests: 0,
    failed: 0,
    records: 0,
    bytes: 0,
    tlsRequests: 0,
    auth: "-",
    lastMs: startMs,
    ...row,
  };
}

export function groupRow(row: Partial<GroupState> = {}): GroupState {
  return {
    listener: "main",
    group: "billing",
    state: "Stable",
    protocol: "classic",
    members: [],
    clients: [],
    partitions: [],
    commits: 0,
    failedCommits: 0,
    rebalances: { join: 0, leave: 0, session_timeout: 0, error: 0 },
    rebalancedMs: [],
    ambiguous: null,
    timeline: [],
    ...row,
  };
}
