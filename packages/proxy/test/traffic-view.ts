import type { TapEvent, TrafficView, Window } from "@pagoda/traffic/view";

const answered = {
  requestsPerSecond: 410.5,
  okShare: 0.9997,
  latency: { p50: 3, p95: 9.25, p99: 31 },
  errors: [{ error: "NOT_LEADER_OR_FOLLOWER", count: 4 }],
};
const quiet = {
  requestsPerSecond: 0,
  okShare: null,
  latency: { p50: null, p95: null, p99: null },
  errors: [],
};
const flow = { recordsPerSecond: 1_200, bytesPerSecond: 860_160 };
const lag = { records: 1_530, seconds: 4.2, clock: "observed" } as const;
const at = 1_790_000_000_000;

/** A view in which every field has a value, and every one that may be null is null somewhere. */
export function trafficView(window: Window = "1m"): TrafficView {
  return {
    at,
    startedAt: at - 600_000,
    window,
    windowSeconds: 60,
    totals: {
      requestsPerSecond: 4_100,
      okShare: 0.9997,
      latency: answered.latency,
      proxyMs: 0.8,
      bytesInPerSecond: 943_718,
      bytesOutPerSecond: 2_306_867,
      connections: 112,
      maxLag: { group: "billing", records: 1_530, seconds: 4.2 },
    },
    listeners: [
      {
        listener: "main",
        ...answered,
        connections: 112,
        bytesInPerSecond: 943_718,
        bytesOutPerSecond: 2_306_867,
        proxyMs: 0.8,
        brokerMs: null,
      },
    ],
    apis: [
      {
        listener: "main",
        api: "Produce",
        client: "checkout",
        ...answered,
        requests: 4_100,
        versions: [9, 11],
        bestMs: 1.9,
        worstMs: 31,
        lastMs: null,
        brokerShare: 0.93,
      },
    ],
    topics: [
      {
        listener: "main",
        topic: "orders",
        ...answered,
        produce: { ...flow, requestsPerSecond: 100 },
        fetch: { ...flow, requestsPerSecond: 12 },
        producers: ["checkout"],
        groups: ["billing"],
        partitions: 6,
        maxLag: lag,
        lastProducedAt: at,
      },
      {
        listener: "main",
        topic: `<script>alert("x")</script>`,
        ...quiet,
        produce: { recordsPerSecond: 0, bytesPerSecond: 0, requestsPerSecond: 0 },
        fetch: { recordsPerSecond: 0, bytesPerSecond: 0, requestsPerSecond: 0 },
        producers: [],
        groups: [],
        partitions: 1,
        maxLag: null,
        lastProducedAt: null,
      },
    ],
    clients: [
      {
        listener: "main",
        client: "checkout",
        ...answered,
        software: ["apache-kafka-java/4.3.1"],
        connections: 6,
        produce: flow,
        fetch: flow,
        throttledMs: 0,
        tls: "mixed",
        auth: "SCRAM-SHA-512",
        problems: ["tiny-batches"],
      },
    ],
    groups: [
      {
        listener: "main",
        group: "billing",
        state: "Stable",
        protocol: "classic",
        members: [
          { memberId: "m-1", client: "billing", host: "10.0.0.7", joinedAt: at - 1_000, lastSeenAt: at },
        ],
        topics: [
          {
            topic: "orders",
            lag,
            partitions: [
              { partition: 0, committed: 10, end: 1_540, lag },
              { partition: 1, committed: null, end: null, lag: null },
            ],
          },
        ],
        lag,
        commitsPerSecond: 12,
        rebalances: 4,
        lastRebalance: { at, trigger: "join" },
        ambiguous: null,
        timeline: [
          { at, kind: "rebalance", memberId: "m-1", client: "billing", durationMs: 12, trigger: "join" },
          {
            at,
            kind: "heartbeat",
            memberId: "m-1",
            client: "billing",
            durationMs: 1,
            error: "REBALANCE_IN_PROGRESS",
          },
        ],
      },
    ],
    brokers: [{ listener: "main", nodeId: "1", ...quiet, inFlight: 3, connections: 4 }],
    edges: [
      {
        listener: "main",
        source: { kind: "client", name: "checkout" },
        target: { kind: "topic", name: "orders" },
        op: "produce",
        ...flow,
        errorShare: 0.0003,
        tls: "yes",
        auth: "mTLS",
        lastAt: at,
      },
      {
        listener: "main",
        source: { kind: "topic", name: "orders" },
        target: { kind: "group", name: "billing" },
        op: "fetch",
        ...flow,
        errorShare: null,
        tls: "no",
        auth: "-",
        lastAt: at,
      },
    ],
    problems: [
      {
        kind: "tiny-batches",
        severity: "warning",
        listener: "main",
        subject: { kind: "client", name: "checkout" },
        summary: "1.1 records a batch, 2.1k batches in 1m",
        advice: "Set linger.ms above 0.",
        since: at - 30_000,
      },
    ],
  };
}

/** An event of a tap, with every field that there may be. */
export const tapEvent: TapEvent = {
  id: "7:1842",
  at,
  listener: "main",
  connection: "7",
  correlationId: 1_842,
  client: "checkout",
  software: "apache-kafka-java/4.3.1",
  principal: null,
  source: "10.4.0.16:46804",
  broker: "1",
  tls: true,
  api: "Produce",
  apiVersion: 11,
  requestBytes: 9_600,
  responseBytes: 60,
  acks: -1,
  group: "billing",
  topics: [
    { topic: "orders", partitions: [{ partition: 3, records: 118, bytes: 9_400, codec: "zstd", offset: 7 }] },
  ],
  latencyMs: 31.1,
  brokerMs: 30.3,
  sentAfterMs: 0.4,
  throttleMs: 0,
  answeredBy: null,
  errors: [{ error: "NOT_LEADER_OR_FOLLOWER", where: "orders/3" }],
  noAnswer: "none",
  records: [
    {
      topic: "orders",
      partition: 3,
      offset: 7,
      key: "k",
      headers: [{ key: "h", value: null }],
      value: null,
    },
  ],
};
