import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

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
import { History } from "./history.ts";

/** A history of one state a second, from the first second to the last. */
function played(stateOf: (second: number) => TrafficState, last: number, first = 1): History {
  const history = new History();
  for (let second = first; second <= last; second++) history.push(stateOf(second));
  return history;
}

/** Ten requests a second. */
const steady = (second: number): TrafficState =>
  stateAt(second, {
    listeners: [listenerRow({ requests: 10 * second, success: 9 * second, failure: second })],
  });

describe("History", () => {
  it("is empty before the first state", () => {
    const view = new History().view("1m", 42);
    expect(view).toMatchObject({ at: 42, windowSeconds: 0, topics: [], problems: [] });
    expect(view.totals).toMatchObject({ requestsPerSecond: 0, okShare: null, maxLag: null });
  });

  it("has rates since the start right after it", () => {
    const view = played(steady, 1).view("10s");
    expect(view).toMatchObject({ windowSeconds: 1, startedAt: startMs });
    expect(view.totals).toMatchObject({ requestsPerSecond: 10, okShare: 0.9 });
  });

  it("has no rates where it began late, until there are two states", () => {
    const history = played(steady, 500, 500);
    expect(history.view("10s")).toMatchObject({ windowSeconds: 0, totals: { requestsPerSecond: 0 } });
    history.push(steady(502));
    expect(history.view("10s")).toMatchObject({ windowSeconds: 2, totals: { requestsPerSecond: 10 } });
  });

  it("looks back as far as the window, within its samples", () => {
    const history = played(steady, 1_000);
    expect(history.view("10s").windowSeconds).toBe(10);
    expect(history.view("1m").windowSeconds).toBe(60);
    const { windowSeconds, totals } = history.view("15m");
    expect(Math.abs(windowSeconds - 900)).toBeLessThanOrEqual(15);
    expect(totals.requestsPerSecond).toBeCloseTo(10);
  });

  it("keeps a sample a second for a minute and one each 15 seconds for the rest", () => {
    const history = played(steady, 3_000);
    expect(history.kept.samples).toBeLessThanOrEqual(63 + 60);
    expect(history.kept.samples).toBeGreaterThanOrEqual(60 + 55);
  });

  it("shows what happened in the window alone", () => {
    const burst = (second: number): TrafficState =>
      stateAt(second, {
        listeners: [listenerRow({ requests: second < 30 ? 0 : 600, success: second < 30 ? 0 : 600 })],
      });
    const history = played(burst, 60);
    expect(history.view("10s").totals).toMatchObject({ requestsPerSecond: 0, okShare: null });
    expect(history.view("1m").totals).toMatchObject({ requestsPerSecond: 10, okShare: 1 });
  });

  it("takes counts that fall as no increase, and goes on from there", () => {
    const counts = [100, 200, 50, 60, 70];
    const history = new History();
    for (const [second, requests] of counts.entries()) {
      history.push(stateAt(second + 20, { listeners: [listenerRow({ requests, success: requests })] }));
    }
    expect(history.view("10s")).toMatchObject({
      windowSeconds: 4,
      totals: { requestsPerSecond: 30, okShare: 1 },
    });
  });

  it("counts a row that is back after it was forgotten from zero", () => {
    const clients = (...requests: readonly number[]) =>
      requests.map((count) => clientRow({ requests: count }));
    const history = new History();
    history.push(stateAt(20, { clients: clients(100) }));
    history.push(stateAt(22));
    history.push(stateAt(24, { clients: clients(8) }));
    expect(history.view("10s").clients[0]?.requestsPerSecond).toBe(2);
  });

  it("never has a negative rate, whatever counts do", () => {
    const counts = fc.array(fc.option(fc.nat(1_000)), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(counts, (requests) => {
        const history = new History();
        for (const [second, count] of requests.entries()) {
          const row =
            count === null
              ? []
              : [listenerRow({ requests: count, success: count, latency: latencyCounts({ 3: count }) })];
          history.push(stateAt(second + 1, { listeners: row }));
          for (const { requestsPerSecond, okShare } of history.view("10s").listeners) {
            expect(requestsPerSecond).toBeGreaterThanOrEqual(0);
            if (okShare !== null) expect(okShare).toBe(1);
          }
        }
      }),
    );
  });

  it("leaves out states that are not newer, and begins anew after a clock was set back", () => {
    const history = played(steady, 100);
    history.push(steady(70));
    expect(history.view("10s").at).toBe(startMs + 100_000);
    history.push(steady(20));
    expect(history.view("10s")).toMatchObject({ at: startMs + 20_000, windowSeconds: 0 });
  });

  it("stays within its bound by keeping fewer samples, with one near each window", () => {
    const busy = (second: number): TrafficState =>
      stateAt(second, {
        apis: Array.from({ length: 100 }, (_, n) =>
          apiRow({
            client: `app-${n}`,
            requests: second * n,
            latency: latencyCounts({ 1: second * n, 9: second }),
          }),
        ),
      });
    const history = new History({ maxNumbers: 60_000 });
    for (let second = 1; second <= 1_200; second++) {
      history.push(busy(second));
      expect(history.kept.numbers).toBeLessThanOrEqual(60_000);
    }
    expect(history.kept.samples).toBeGreaterThan(10);
    for (const [window, seconds] of [
      ["10s", 10],
      ["1m", 60],
      ["15m", 900],
    ] as const) {
      const covered = history.view(window).windowSeconds;
      expect(covered / seconds).toBeGreaterThan(0.6);
      expect(covered / seconds).toBeLessThan(1.6);
    }
  });

  it("needs next to nothing for samples of rows that do not change", () => {
    const idle = played((second) => stateAt(second, { clients: [clientRow({ requests: 7 })] }), 50);
    const busy = played((second) => stateAt(second, { clients: [clientRow({ requests: second })] }), 50);
    expect(idle.kept.numbers).toBeLessThan(busy.kept.numbers * 0.6);
  });

  it("computes a view once for each state", () => {
    const history = played(steady, 5);
    const view = history.view("1m");
    expect(history.view("1m")).toBe(view);
    history.push(steady(6));
    expect(history.view("1m")).not.toBe(view);
  });
});

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
