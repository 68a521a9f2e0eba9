import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  clientRow,
  groupRow,
  listenerRow,
  partitionRow,
  startMs,
  stateAt,
  topicRow,
} from "../../test/traffic-states.ts";
import { History } from "../history/history.ts";
import type { ClientState, TrafficState } from "../state/state.ts";

/** A shop: a producer of orders, a group of three that reads them, a bill now and then, and a dashboard. */
function shop(second: number): TrafficState {
  const orders = 120 * second;
  const bytes = 90 * orders;
  return stateAt(second, {
    listeners: [listenerRow({ connections: 21, requests: 40 * second, success: 40 * second })],
    topics: [
      topicRow({
        topic: "orders",
        producedRecords: orders,
        fetchedRecords: orders,
        partitions: [0, 1, 2, 3, 4, 5].map((partition) =>
          partitionRow({
            partition,
            producedRecords: orders / 6,
            // Keys are not spread evenly: one partition has a third more.
            producedBytes: (bytes / 6) * (partition === 2 ? 1.33 : 0.93),
            endOffset: orders / 6,
            // Leaders were moved once, when a broker was restarted.
            leaderMoves: second > 400 ? 1 : 0,
          }),
        ),
      }),
      topicRow({ topic: "bills", producedRecords: second / 10, partitions: [partitionRow()] }),
    ],
    clients: [
      clientRow({
        client: "shop",
        requests: 14 * second,
        connections: 4,
        opened: second > 400 ? 5 : 4,
        producedRecords: orders,
        producedBatches: orders / 8,
        producedBytes: bytes,
        produceRequests: orders / 8,
        metadataRequests: 2 + Math.floor(second / 300),
      }),
      clientRow({
        client: "billing",
        requests: 12 * second,
        connections: 12,
        opened: second > 400 ? 15 : 12,
        fetchedRecords: orders,
        fetchRequests: 10 * second,
        emptyFetches: 4 * second,
        commits: Math.floor((3 * second) / 5),
        producedRecords: second / 10,
        producedBatches: second / 10,
        producedBytes: 20 * second,
        uncompressedBatches: second / 10,
        metadataRequests: 8 + Math.floor(second / 100),
      }),
      // Reads the metadata of all topics every ten seconds.
      clientRow({ client: "dashboard", requests: second, connections: 5, metadataRequests: second / 10 }),
    ],
    groups: [
      groupRow({
        commits: Math.floor((3 * second) / 5),
        rebalancedMs: [2, 3, 5, 420, 430]
          .filter((at) => at <= second)
          .map((at) => ({ at: startMs + at * 1_000, trigger: "join" })),
      }),
    ],
  });
}

const counts: fc.Arbitrary<Partial<ClientState>> = fc.record({
  requests: fc.nat(5),
  connections: fc.nat(3),
  opened: fc.nat(3),
  producedRecords: fc.nat(20),
  producedBatches: fc.nat(5),
  producedBytes: fc.nat(5_000),
  uncompressedBatches: fc.nat(5),
  unacknowledged: fc.nat(1),
  metadataRequests: fc.nat(2),
  emptyFetches: fc.nat(9),
  fetchRequests: fc.nat(9),
  fetchedRecords: fc.nat(20),
  commits: fc.nat(4),
});

const moments = fc.record({
  client: counts,
  topic: fc.record({
    producedRecords: fc.nat(2_000),
    partitions: fc.uniqueArray(
      fc.record({ partition: fc.nat(5), producedBytes: fc.nat(9_000), leaderMoves: fc.nat(5) }),
      { selector: ({ partition }) => partition },
    ),
  }),
  rebalances: fc.array(fc.integer({ min: -4_000, max: 150 }), { maxLength: 10 }),
});

describe("clean traffic", () => {
  it("has no problem in a quarter of an hour, at no moment", () => {
    const history = new History();
    for (let second = 1; second <= 900; second++) {
      history.push(shop(second));
      expect(history.view("10s").problems).toEqual([]);
    }
  });

  it("or little traffic of any kind never fails to be summed up in figures", () => {
    fc.assert(
      fc.property(fc.array(moments, { minLength: 2, maxLength: 40 }), (seconds) => {
        const history = new History();
        for (const [second, { client, topic, rebalances }] of seconds.entries()) {
          const rebalancedMs = rebalances
            .toSorted((a, b) => a - b)
            .map((at) => ({ at: startMs + at * 1_000, trigger: "error" }) as const);
          history.push(
            stateAt(second * 3 + 1, {
              clients: [clientRow(client)],
              topics: [topicRow({ ...topic, partitions: topic.partitions.map(partitionRow) })],
              groups: [groupRow({ rebalancedMs })],
            }),
          );
          for (const { summary, since } of history.view("1m").problems) {
            expect(summary).not.toMatch(/NaN|Infinity|undefined|-\d/);
            expect(since).toBeGreaterThanOrEqual(startMs);
          }
        }
      }),
    );
  });
});
