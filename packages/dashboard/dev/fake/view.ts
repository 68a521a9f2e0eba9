import type { TrafficView, Window } from "@pagoda/traffic/view";

import { answered, apiNames, clients, groups, topics, wave } from "./cast.ts";
import { groupRow } from "./groups.ts";
import { problems } from "./problems.ts";
import { apiRow, clientRow, edges, topicRow } from "./rows.ts";

// It changes with time.
const startedAt = Date.now() - 3 * 86_400_000;

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
    problems: problems(at),
  };
}
