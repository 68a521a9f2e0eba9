import type {
  ApiRow,
  ClientRow,
  EdgeRow,
  GroupEvent,
  GroupRow,
  TapEvent,
  TopicRow,
  TrafficView,
  Window,
} from "@pagoda/traffic/view";

// Invented traffic that changes with time, for looking at the dashboard without a proxy.

const startedAt = Date.now() - 3 * 86_400_000;

interface FakeTopic {
  readonly name: string;
  readonly rate: number;
  readonly producers: readonly string[];
  readonly groups: readonly string[];
  readonly errors?: number;
}

const many = Array.from({ length: 9 }, (_, n) => `sensor-gateway-${n + 1}`);
const topics: readonly FakeTopic[] = [
  {
    name: "orders",
    rate: 1_200,
    producers: ["checkout", "legacy-etl"],
    groups: ["billing", "search"],
    errors: 0.02,
  },
  { name: "payments", rate: 110, producers: ["checkout"], groups: ["billing"] },
  { name: "sensor.readings.v2", rate: 8_400, producers: many, groups: ["analytics"], errors: 0.004 },
  { name: "audit", rate: 0, producers: ["payments-api"], groups: [] },
  { name: "<img src=x onerror=alert(1)>", rate: 3, producers: ["legacy-etl"], groups: ["search"] },
];
const clients = [...new Set(topics.flatMap(({ producers }) => producers))];
const groups = [...new Set(topics.flatMap((topic) => topic.groups))];

function wave(seed: number, at: number): number {
  return 1 + 0.25 * Math.sin(at / 7_000 + seed) + 0.12 * Math.sin(at / 1_700 + seed * 3);
}

function answered(
  seed: number,
  at: number,
  errors = 0,
): Pick<TopicRow, "requestsPerSecond" | "okShare" | "latency" | "errors"> {
  const p99 = 24 * wave(seed, at);
  return {
    requestsPerSecond: 60 * wave(seed, at) + seed,
    okShare: 1 - errors,
    latency: { p50: p99 / 10, p95: p99 / 3, p99 },
    errors:
      errors > 0
        ? [
            { error: "NOT_LEADER_OR_FOLLOWER", count: Math.round(errors * 200) },
            { error: "REQUEST_TIMED_OUT", count: 1 },
          ]
        : [],
  };
}

function topicRow(
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

function clientRow(client: string, n: number, at: number): ClientRow {
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

function timeline(group: string, at: number): readonly GroupEvent[] {
  const member = (n: number): Pick<GroupEvent, "memberId" | "client"> => ({
    memberId: `${group}-consumer-${n}-5f2c81d${n}`,
    client: `${group}-consumer-${n}`,
  });
  const base = Math.floor(at / 40_000) * 40_000;
  return Array.from({ length: 8 }, (_, round) => base - (7 - round) * 40_000)
    .flatMap((from, round): GroupEvent[] => [
      {
        at: from,
        kind: "rebalance",
        ...member(1),
        durationMs: 900,
        trigger: round % 2 === 0 ? "join" : "session_timeout",
      },
      ...[1, 2, 3].flatMap((n): GroupEvent[] => [
        { at: from + 100 * n, kind: "join", ...member(n), durationMs: 3_000 - 300 * n },
        { at: from + 3_200, kind: "sync", ...member(n), durationMs: 1_200 },
        { at: from + 12_000 + n * 700, kind: "heartbeat", ...member(n), durationMs: 12 },
        { at: from + 20_000 + n * 700, kind: "commit", ...member(n), durationMs: 6 },
        ...(n === 3
          ? [
              {
                at: from + 31_000,
                kind: "heartbeat" as const,
                ...member(n),
                durationMs: 8,
                error: "REBALANCE_IN_PROGRESS",
              },
            ]
          : []),
      ]),
    ])
    .filter((event) => event.at <= at);
}

function groupRow(group: string, n: number, at: number): GroupRow {
  const its = topics.filter((topic) => topic.groups.includes(group));
  const lag = {
    records: Math.round(1_500 * wave(n, at)),
    seconds: 4.2 * wave(n, at),
    clock: "observed" as const,
  };
  return {
    listener: "main",
    group,
    state: group === "search" ? "PreparingRebalance" : "Stable",
    protocol: n === 2 ? "consumer" : "classic",
    members: [1, 2, 3].map((each) => ({
      memberId: `${group}-consumer-${each}-5f2c81d${each}`,
      client: `${group}-consumer-${each}`,
      host: `/10.4.0.${20 + each}`,
      joinedAt: at - 720_000,
      lastSeenAt: at - 900,
    })),
    topics: its.map(({ name }) => ({
      topic: name,
      lag,
      partitions: Array.from({ length: 6 }, (_, partition) => ({
        partition,
        committed: 88_000 + partition * 17,
        end: 88_000 + partition * 17 + Math.round(lag.records / (partition + 2)),
        lag: { ...lag, records: Math.round(lag.records / (partition + 2)) },
      })),
    })),
    lag,
    commitsPerSecond: 12 * wave(n, at),
    rebalances: group === "search" ? 84 : 2,
    lastRebalance: { at: at - 720_000, trigger: "join" },
    ambiguous: null,
    timeline: timeline(group, at),
  };
}

function edges(at: number): readonly EdgeRow[] {
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

const apiNames = ["Produce", "Fetch", "Metadata", "Heartbeat", "OffsetCommit", "JoinGroup"];

function apiRow(api: string, client: string, n: number, at: number): ApiRow {
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

/** What a proxy would say at `at`. */
export function fakeView(window: Window, at: number, isEmpty: boolean): TrafficView {
  const shared = { at, startedAt, window, windowSeconds: { "10s": 10, "1m": 60, "15m": 900 }[window] };
  const listener = {
    listener: "main",
    ...answered(3, at, 0.0003),
    requestsPerSecond: 4_100 * wave(1, at),
    connections: isEmpty ? 0 : 112,
    bytesInPerSecond: 943_000 * wave(2, at),
    bytesOutPerSecond: 2_300_000 * wave(3, at),
    proxyMs: 0.8,
    brokerMs: 6.4,
  };
  if (isEmpty) {
    const totals = {
      requestsPerSecond: 0,
      okShare: null,
      latency: { p50: null, p95: null, p99: null },
      proxyMs: null,
      bytesInPerSecond: 0,
      bytesOutPerSecond: 0,
      connections: 0,
      maxLag: null,
    };
    return {
      ...shared,
      totals,
      listeners: [],
      apis: [],
      topics: [],
      clients: [],
      groups: [],
      brokers: [],
      edges: [],
      problems: [],
    };
  }
  return {
    ...shared,
    totals: {
      ...listener,
      maxLag: { group: "billing", records: Math.round(1_500 * wave(0, at)), seconds: 4.2 },
    },
    listeners: [listener],
    topics: topics.map((topic, n) => topicRow(topic, n, at)),
    clients: clients.map((client, n) => clientRow(client, n, at)),
    groups: groups.map((group, n) => groupRow(group, n, at)),
    brokers: ["1", "2", "3", "bootstrap"].map((nodeId, n) => ({
      listener: "main",
      nodeId,
      ...answered(n, at, n === 1 ? 0.006 : 0),
      inFlight: n,
      connections: 36,
    })),
    apis: clients
      .slice(0, 4)
      .flatMap((client, c) => apiNames.map((api, n) => apiRow(api, client, n + c * 7, at))),
    edges: edges(at),
    problems: [
      {
        kind: "no-compression",
        severity: "warning",
        listener: "main",
        subject: { kind: "client", name: "legacy-etl" },
        summary: "1.1 records a batch, no compression, 2.1k batches in 1m",
        advice: "Set compression.type=zstd and linger.ms=20: fewer, smaller requests.",
        since: at - 640_000,
      },
      {
        kind: "leader-moves",
        severity: "critical",
        listener: "main",
        subject: { kind: "topic", name: "orders" },
        summary: "the leader of orders/3 moved 4 times in 10m",
        advice:
          "Look at the brokers' logs: sessions that time out, or a preferred leader election that repeats.",
        since: at - 240_000,
      },
      {
        kind: "rebalance-loop",
        severity: "critical",
        listener: "main",
        subject: { kind: "group", name: "search" },
        summary: "rebalances every 40 s",
        advice: "A member takes longer than max.poll.interval.ms: lower max.poll.records, or raise it.",
        since: at - 1_240_000,
      },
    ],
  };
}

/** One exchange that a tap would show. */
export function fakeExchange(n: number, at: number): TapEvent {
  const api = apiNames[n % apiNames.length] ?? "Fetch";
  const isProduce = api === "Produce";
  const fails = isProduce && n % 5 === 0;
  const client = clients[n % 3] ?? "checkout";
  return {
    id: `7:${1_842 + n}`,
    at,
    listener: "main",
    connection: "7",
    correlationId: 1_842 + n,
    client,
    software: "apache-kafka-java/4.3.1",
    principal: "User:checkout",
    source: "10.4.0.16:46804",
    broker: String((n % 3) + 1),
    tls: true,
    api,
    apiVersion: 11,
    requestBytes: 9_625,
    responseBytes: 92,
    ...(isProduce && {
      acks: -1,
      topics: [
        {
          topic: "orders",
          partitions: [
            { partition: 3, records: 60, bytes: 4_812, codec: "zstd", offset: 88_121 + n },
            { partition: 5, records: 58, bytes: 4_700, codec: "zstd", offset: 99_121 + n },
          ],
        },
      ],
    }),
    ...(api === "OffsetCommit" && { group: "billing" }),
    latencyMs: 2 + (n % 17) * 1.9,
    brokerMs: 1.6 + (n % 17) * 1.9,
    sentAfterMs: 0.4,
    throttleMs: 0,
    answeredBy: null,
    errors: fails ? [{ error: "NOT_LEADER_OR_FOLLOWER", where: "orders/3" }] : [],
  };
}
