import { describe, expect, it } from "vitest";

import { clientRow, groupRow, startMs, stateAt } from "../../test/traffic-states.ts";
import { History } from "../history/history.ts";
import type { TrafficState } from "../state/state.ts";

/** Pushes a state a second, and says which problems there are after each. */
function playing() {
  const history = new History();
  let second = 0;
  let unacknowledged = 0;
  return {
    /** Seconds with so many requests with acks=0 in each. */
    seconds: (count: number, lossy: number, more: Partial<TrafficState> = {}): void => {
      for (let n = 0; n < count; n++) {
        second += 1;
        unacknowledged += lossy;
        const clients = [clientRow({ requests: 10 * second, unacknowledged })];
        history.push(stateAt(second, { clients, ...more }));
      }
    },
    /** Nobody looks, and requests go on. */
    pause: (count: number): void => {
      second += count;
      unacknowledged += count;
    },
    kinds: (): readonly string[] => history.view("1m").problems.map(({ kind }) => kind),
    first: () => history.view("1m").problems[0],
  };
}

describe("problems", () => {
  it("appear when they have held for ten seconds, and say since when", () => {
    const { seconds, kinds, first } = playing();
    seconds(20, 0);
    seconds(10, 1);
    expect(kinds()).toEqual([]);
    seconds(1, 1);
    expect(kinds()).toEqual(["acks-0"]);
    expect(first()?.since).toBe(startMs + 21_000);
  });

  it("stay for a minute after they were last seen, as they were", () => {
    const { seconds, kinds, first } = playing();
    seconds(20, 1);
    // It stays in what a minute is looked at for a minute.
    seconds(59, 0);
    const { summary, since } = first() ?? {};
    expect(summary).toMatch(/^1 Produce request with acks=0/);
    seconds(59, 0);
    expect(first()).toMatchObject({ summary, since });
    seconds(1, 0);
    expect(kinds()).toEqual([]);
  });

  it("are the same when they come back within the minute", () => {
    const { seconds, first } = playing();
    seconds(20, 1);
    seconds(90, 0);
    seconds(20, 1);
    expect(first()?.since).toBe(startMs + 1_000);
  });

  it("are not found in counts of far longer than a minute", () => {
    const { seconds, kinds, pause } = playing();
    seconds(5, 1);
    pause(95);
    seconds(15, 0);
    expect(kinds()).toEqual([]);
  });

  it("have the critical ones first, then those that last longest", () => {
    const { seconds, kinds } = playing();
    seconds(600, 1);
    const rebalancedMs = Array.from(
      { length: 10 },
      (_, n) => ({ at: startMs + n * 60_000, trigger: "join" }) as const,
    );
    seconds(20, 1, { groups: [groupRow({ rebalancedMs })] });
    expect(kinds()).toEqual(["rebalance-loop", "acks-0"]);
  });
});
