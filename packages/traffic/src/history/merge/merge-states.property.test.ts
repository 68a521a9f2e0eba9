import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  clientRow,
  edgeRow,
  groupRow,
  latencyCounts,
  partitionRow,
  stateAt,
  topicRow,
} from "../../../test/traffic-states.ts";
import type { TrafficState } from "../../state/state.ts";
import { keyOf } from "../keys.ts";
import { mergeStates } from "./merge-states.ts";

interface Exchange {
  readonly client: string;
  readonly topic: string;
  readonly partition: number;
  readonly records: number;
  readonly ms: number;
  readonly error: string | undefined;
}

const exchanges: fc.Arbitrary<readonly Exchange[]> = fc.array(
  fc.record({
    client: fc.constantFrom("a", "b", "c"),
    topic: fc.constantFrom("orders", "payments"),
    partition: fc.nat(3),
    records: fc.nat(50),
    ms: fc.integer({ min: 1, max: 5_000 }),
    error: fc.constantFrom(undefined, undefined, "NOT_LEADER_OR_FOLLOWER", "UNKNOWN_SERVER_ERROR"),
  }),
  { maxLength: 30 },
);

/** One process that saw these: each exchange as a state of its own, folded by hand. */
function stateOf(seen: readonly Exchange[]): TrafficState {
  const clients = Map.groupBy(seen, ({ client }) => client);
  const topics = Map.groupBy(seen, ({ topic }) => topic);
  return stateAt(10, {
    clients: [...clients].map(([client, those]) =>
      clientRow({
        client,
        ...answersOf(those),
        ...flowOf(those),
        connections: 0,
        opened: 0,
        plainConnections: 0,
      }),
    ),
    topics: [...topics].map(([topic, those]) =>
      topicRow({
        topic,
        ...answersOf(those),
        ...flowOf(those),
        partitions: [...Map.groupBy(those, ({ partition }) => partition)].map(([partition, ones]) =>
          partitionRow({
            partition,
            producedRecords: recordsOf(ones),
            endOffset: Math.max(...ones.map((one) => one.ms)),
          }),
        ),
      }),
    ),
    edges: [...clients].flatMap(([from, those]) =>
      [...Map.groupBy(those, ({ topic }) => topic)].map(([to, ones]) =>
        edgeRow({ from, to, requests: ones.length, records: recordsOf(ones) }),
      ),
    ),
    groups: [groupRow({ commits: seen.length })],
  });
}

function answersOf(seen: readonly Exchange[]) {
  const latencies: Record<number, number> = {};
  const errors: Record<string, number> = {};
  for (const { ms, error } of seen) {
    latencies[ms] = (latencies[ms] ?? 0) + 1;
    if (error !== undefined) errors[error] = (errors[error] ?? 0) + 1;
  }
  const latency = Object.entries(latencies)
    .map(([ms, count]) => latencyCounts({ [ms]: count }))
    .reduce((sum, one) => sum.map((count, n) => count + (one[n] ?? 0)), latencyCounts());
  const failure = seen.filter(({ error }) => error !== undefined).length;
  return { requests: seen.length, success: seen.length - failure, failure, latency, errors };
}

function flowOf(seen: readonly Exchange[]) {
  return { producedRecords: recordsOf(seen), produceRequests: seen.length };
}

function recordsOf(seen: readonly Exchange[]): number {
  return seen.reduce((sum, { records }) => sum + records, 0);
}

/** The order of rows is nobody's business. */
function inOrder(state: TrafficState): unknown {
  return {
    ...state,
    clients: Object.fromEntries(state.clients.map((row) => [keyOf.client(row), row])),
    topics: Object.fromEntries(
      state.topics.map((row) => [
        keyOf.topic(row),
        { ...row, partitions: row.partitions.toSorted((a, b) => a.partition - b.partition) },
      ]),
    ),
    edges: Object.fromEntries(state.edges.map((row) => [keyOf.edge(row), row])),
  };
}

describe("mergeStates", () => {
  it("makes the whole again of traffic that is split among processes", () => {
    fc.assert(
      fc.property(exchanges, fc.array(fc.nat(2), { minLength: 30, maxLength: 30 }), (all, processes) => {
        const parts = [0, 1, 2].map((part) => stateOf(all.filter((_, n) => processes[n] === part)));
        expect(inOrder(mergeStates(parts))).toEqual(
          inOrder({ ...stateOf(all), groups: [groupRow({ commits: all.length })] }),
        );
      }),
    );
  });

  it("does not care who comes first, or who is merged before", () => {
    fc.assert(
      fc.property(exchanges, exchanges, exchanges, (...traffic) => {
        const [a, b, c] = traffic.map(stateOf) as [TrafficState, TrafficState, TrafficState];
        const all = inOrder(mergeStates([a, b, c]));
        expect(inOrder(mergeStates([c, a, b]))).toEqual(all);
        expect(inOrder(mergeStates([mergeStates([a, b]), c]))).toEqual(all);
        expect(inOrder(mergeStates([a, mergeStates([b, c])]))).toEqual(all);
      }),
    );
  });
});
