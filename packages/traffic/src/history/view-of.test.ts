import { describe, expect, it } from "vitest";

import { played } from "../../test/played.ts";
import {
  apiRow,
  clientRow,
  edgeRow,
  groupRow,
  latencyCounts,
  listenerRow,
  partitionRow,
  startMs,
  stateAt,
  topicRow,
} from "../../test/traffic-states.ts";
import type { TrafficState } from "../state/state.ts";

describe("a view", () => {
  it("has the worst first: the least share of good answers, then the highest rate, then idle ones", () => {
    const rates: readonly (readonly [string, number, number])[] = [
      ["idle", 0, 0],
      ["slow", 1, 0],
      ["fast", 9, 0],
      ["bad", 1, 1],
    ];
    const history = played(
      (second) =>
        stateAt(second, {
          topics: rates.map(([topic, success, failure]) =>
            topicRow({
              topic,
              requests: (success + failure) * second,
              success: success * second,
              failure: failure * second,
            }),
          ),
          edges: rates.map(([to, records, failed]) =>
            edgeRow({ to, records: records * second, requests: records * second, failed: failed * second }),
          ),
        }),
      20,
    );
    const { topics, edges } = history.view("10s");
    expect(topics.map(({ topic }) => topic)).toEqual(["bad", "fast", "slow", "idle"]);
    expect(edges.map(({ target }) => target.name)).toEqual(["bad", "fast", "slow", "idle"]);
    expect(edges.map(({ errorShare }) => errorShare)).toEqual([1, 0, 0, null]);
  });

  it("has errors most frequent first, of the window alone", () => {
    const errors = (second: number) => ({ A: 100, B: second, C: 2 * second });
    const history = played(
      (second) => stateAt(second, { apis: [apiRow({ requests: second, errors: errors(second) })] }),
      30,
    );
    expect(history.view("10s").apis[0]?.errors).toEqual([
      { error: "C", count: 20 },
      { error: "B", count: 10 },
    ]);
  });

  it("has percentiles of the window alone", () => {
    const latency = (second: number) => latencyCounts({ 5_000: 1_000, 3: 10 * second });
    const history = played(
      (second) =>
        stateAt(second, { listeners: [listenerRow({ requests: second, latency: latency(second) })] }),
      30,
    );
    const { p99 } = history.view("10s").totals.latency;
    expect(p99).toBeGreaterThan(2);
    expect(p99).toBeLessThan(4);
  });

  it("splits the time of requests between broker and proxy", () => {
    const history = played(
      (second) =>
        stateAt(second, {
          listeners: [listenerRow({ sent: 10 * second, totalMs: 50 * second, brokerMs: 40 * second })],
          apis: [apiRow({ totalMs: 50 * second, brokerMs: 40 * second, bestMs: 2, requests: 10 * second })],
        }),
      15,
    );
    const { totals, listeners, apis } = history.view("10s");
    expect(totals.proxyMs).toBe(1);
    expect(listeners[0]).toMatchObject({ proxyMs: 1, brokerMs: 4 });
    expect(apis[0]).toMatchObject({ brokerShare: 0.8, bestMs: 2, worstMs: null, requests: 150 });
  });

  it("names who produces to a topic and who reads it, if they did of late", () => {
    const rows = (second: number): TrafficState =>
      stateAt(second, {
        topics: [
          topicRow({
            lastProducedMs: startMs + 999,
            partitions: [partitionRow(), partitionRow({ partition: 1 })],
          }),
        ],
        edges: [
          edgeRow({ from: "late", lastMs: startMs }),
          edgeRow({ from: "now", lastMs: startMs + 1_000_000 }),
          edgeRow({
            from: "orders",
            fromKind: "topic",
            to: "billing",
            toKind: "group",
            op: "fetch",
            lastMs: startMs + 1_000_000,
          }),
          edgeRow({
            from: "orders",
            fromKind: "topic",
            to: "reader",
            toKind: "client",
            op: "fetch",
            lastMs: startMs + 1_000_000,
          }),
        ],
      });
    expect(played(rows, 1_001, 1_000).view("1m").topics[0]).toMatchObject({
      producers: ["now"],
      groups: ["billing"],
      partitions: 2,
      lastProducedAt: startMs + 999,
    });
  });

  it("tells how far groups are behind, and the furthest of all", () => {
    const timeline = [
      [80, startMs],
      [100, startMs + 6_000],
    ] as const;
    const partition = (committed: number) => ({
      topic: "orders",
      partition: 0,
      committed,
      committedMs: 1,
      recordMs: -1,
    });
    const rows = (second: number): TrafficState =>
      stateAt(second, {
        topics: [topicRow({ partitions: [partitionRow({ endOffset: 100, timeline })] })],
        groups: [
          groupRow({ group: "done", partitions: [partition(100)], commits: 2 * second }),
          groupRow({ group: "behind", partitions: [partition(90)] }),
          groupRow({ group: "puzzle", partitions: [partition(10)], ambiguous: "two groups on one client" }),
        ],
      });
    const { groups, totals, topics } = played(rows, 10).view("10s");
    expect(groups.map(({ group }) => group)).toEqual(["behind", "done", "puzzle"]);
    expect(groups[0]?.lag).toEqual({ records: 10, seconds: 4, clock: "observed" });
    expect(groups[1]?.commitsPerSecond).toBe(2);
    expect(groups[2]).toMatchObject({ lag: null, ambiguous: "two groups on one client" });
    expect(totals.maxLag).toEqual({ group: "behind", records: 10, seconds: 4 });
    expect(topics[0]?.maxLag).toMatchObject({ records: 10 });
  });

  it("counts the rebalances of the last hour", () => {
    const rebalancedMs = [startMs - 3_700_000, startMs - 60_000, startMs].map(
      (at) => ({ at, trigger: "join" }) as const,
    );
    const view = played((second) => stateAt(second, { groups: [groupRow({ rebalancedMs })] }), 2).view("1m");
    expect(view.groups[0]).toMatchObject({ rebalances: 2, lastRebalance: { at: startMs, trigger: "join" } });
  });

  it("says whether connections are encrypted, and how they log in", () => {
    const clients = [
      clientRow({ client: "a", tlsConnections: 2, plainConnections: 0, auth: ["SCRAM-SHA-512"] }),
      clientRow({ client: "b", tlsConnections: 1, plainConnections: 1, auth: ["-", "mTLS"] }),
      clientRow({ client: "c", auth: [] }),
    ];
    const view = played((second) => stateAt(second, { clients }), 2).view("10s");
    expect(view.clients.map(({ tls, auth }) => `${tls} ${auth}`)).toEqual([
      "yes SCRAM-SHA-512",
      "mixed -, mTLS",
      "no -",
    ]);
  });
});
