import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { played } from "../../test/played.ts";
import {
  apiRow,
  clientRow,
  latencyCounts,
  listenerRow,
  startMs,
  stateAt,
} from "../../test/traffic-states.ts";
import type { TrafficState } from "../state/state.ts";
import { History } from "./history.ts";

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
