import { describe, expect, it } from "vitest";

import {
  apiRow,
  clientRow,
  edgeRow,
  groupRow,
  partitionRow,
  startMs,
  stateAt,
  topicRow,
} from "../../../test/traffic-states.ts";
import type { GroupState, PartitionState } from "../../state/state.ts";
import { mergeStates } from "./merge-states.ts";
import { mergeTimelines } from "./merge-timelines.ts";

function mergedGroup(one: Partial<GroupState>, other: Partial<GroupState>): GroupState | undefined {
  return mergeStates([stateAt(1, { groups: [groupRow(one)] }), stateAt(1, { groups: [groupRow(other)] })])
    .groups[0];
}

const member = { client: "app", host: "/10.0.0.1", joinedMs: 5, seenMs: 10 };

describe("mergeStates", () => {
  it("makes an empty state of none, and gives back the only one", () => {
    expect(mergeStates([])).toMatchObject({ atMs: 0, startedMs: 0, topics: [] });
    const only = stateAt(3);
    expect(mergeStates([only])).toBe(only);
  });

  it("began with the first process and is as of the last", () => {
    const merged = mergeStates([{ ...stateAt(5), startedMs: startMs + 3_000 }, stateAt(4)]);
    expect(merged).toMatchObject({ atMs: startMs + 5_000, startedMs: startMs });
  });

  it("keeps the best of the best latencies, where there is one", () => {
    const apis = (bestMs: number, worstMs: number) => stateAt(1, { apis: [apiRow({ bestMs, worstMs })] });
    expect(mergeStates([apis(-1, -1), apis(3, 9), apis(2, 4)]).apis[0]).toMatchObject({
      bestMs: 2,
      worstMs: 9,
    });
  });

  it("unites what clients run and how they log in", () => {
    const merged = mergeStates([
      stateAt(1, { clients: [clientRow({ software: ["b/2"], auth: ["mTLS"] })] }),
      stateAt(1, { clients: [clientRow({ software: ["a/1", "b/2"], auth: ["-"] })] }),
    ]);
    expect(merged.clients[0]).toMatchObject({
      software: ["a/1", "b/2"],
      auth: ["-", "mTLS"],
      connections: 6,
    });
  });

  it("knows the group of fetches by the process that saw its member", () => {
    const fetched = { from: "orders", fromKind: "topic", op: "fetch", records: 5 } as const;
    const toClient = (to: string) => edgeRow({ ...fetched, to, toKind: "client" });
    const merged = mergeStates([
      stateAt(1, {
        groups: [
          groupRow({ group: "a", clients: ["app", "both"] }),
          groupRow({ group: "b", clients: ["both"] }),
        ],
        edges: [edgeRow({ ...fetched, to: "a", toKind: "group" })],
      }),
      stateAt(1, { edges: ["app", "both", "nobody"].map(toClient) }),
    ]);
    expect(merged.edges.map(({ toKind, to, records }) => [toKind, to, records])).toEqual([
      ["group", "a", 10],
      ["client", "both", 5],
      ["client", "nobody", 5],
    ]);
  });

  it("says all logins of an edge that several processes saw", () => {
    const edge = (auth: string) => stateAt(1, { edges: [edgeRow({ auth })] });
    expect(mergeStates([edge("mTLS"), edge("-"), edge("mTLS")]).edges[0]?.auth).toBe("-, mTLS");
  });

  it("takes the furthest end of a partition", () => {
    const end = (endOffset: number) =>
      stateAt(1, { topics: [topicRow({ partitions: [partitionRow({ endOffset })] })] });
    expect(mergeStates([end(7), end(9), end(-1)]).topics[0]?.partitions).toMatchObject([{ endOffset: 9 }]);
  });

  it("does not count the move of a leader for each process that was told", () => {
    const moved = (leaderMoves: number) =>
      stateAt(1, { topics: [topicRow({ partitions: [partitionRow({ leaderMoves })] })] });
    expect(mergeStates([moved(1), moved(2)]).topics[0]?.partitions).toMatchObject([{ leaderMoves: 2 }]);
  });

  it("unites the members of a group, each as last seen", () => {
    const merged = mergedGroup(
      { members: [{ memberId: "a", ...member }] },
      {
        members: [
          { memberId: "a", ...member, joinedMs: 7, seenMs: 20 },
          { memberId: "b", ...member },
        ],
      },
    );
    expect(merged?.members).toEqual([
      { memberId: "a", ...member, joinedMs: 5, seenMs: 20 },
      { memberId: "b", ...member },
    ]);
  });

  it("takes the position that was committed last, also where it was set back", () => {
    const at = (committed: number, committedMs: number): Partial<GroupState> => ({
      partitions: [{ topic: "orders", partition: 0, committed, committedMs, recordMs: committed }],
    });
    expect(mergedGroup(at(90, 1), at(10, 2))?.partitions).toMatchObject([{ committed: 10, recordMs: 90 }]);
  });

  it("knows a rebalance that two processes heard of as one, and two of one process as two", () => {
    const at = (...times: readonly number[]): Partial<GroupState> => ({
      rebalancedMs: times.map((at) => ({ at, trigger: "join" })),
    });
    expect(mergedGroup(at(1_000, 60_000), at(2_000, 200_000))?.rebalancedMs.map((one) => one.at)).toEqual([
      1_000, 60_000, 200_000,
    ]);
    expect(mergedGroup(at(1_000, 1_500), at())?.rebalancedMs).toHaveLength(2);
  });

  it("says of a group what says most that something is going on", () => {
    expect(mergedGroup({ state: "Empty" }, { state: "Stable" })?.state).toBe("Stable");
    expect(mergedGroup({ state: "PreparingRebalance" }, { state: "Stable" })?.state).toBe(
      "PreparingRebalance",
    );
    expect(mergedGroup({ protocol: "simple" }, { protocol: "consumer" })?.protocol).toBe("consumer");
    expect(mergedGroup({ ambiguous: null }, { ambiguous: "two groups" })?.ambiguous).toBe("two groups");
  });
});

describe("mergeTimelines", () => {
  it("knows that a log had grown to an offset when it had grown past it", () => {
    const merged = mergeTimelines(
      [
        [100, 1_000],
        [200, 5_000],
      ],
      [
        [150, 2_000],
        [180, 6_000],
      ],
    );
    expect(merged).toEqual([
      [100, 1_000],
      [150, 2_000],
      [180, 5_000],
      [200, 5_000],
    ]);
  });

  it("takes the earlier time of an offset that both saw", () => {
    expect(mergeTimelines([[5, 20]], [[5, 10]])).toEqual([[5, 10]]);
  });

  it("keeps 64 entries at most, with both ends", () => {
    const timeline = (from: number): PartitionState["timeline"] =>
      Array.from({ length: 64 }, (_, n) => [from + n * 2, from + n * 2] as const);
    const merged = mergeTimelines(timeline(0), timeline(1));
    expect(merged.length).toBeLessThanOrEqual(64);
    expect(merged[0]).toEqual([0, 0]);
    expect(merged.at(-1)).toEqual([127, 127]);
  });
});
