import { DeleteGroups, JoinGroup, OffsetCommit, OffsetFetch, TxnOffsetCommit } from "@pagoda/kafka/protocol";
import { ShareGroupHeartbeat } from "@pagoda/kafka/protocol";
import { describe, expect, it } from "vitest";

import { World } from "../../test/group-client.ts";
import { groupBounds } from "./bounds.ts";

const ordersId = "AAAAAAAAAAAAAAAAAAAAAg";
const illegalGeneration = 22;
const unknownMemberId = 25;
const rebalanceInProgress = 27;

describe("a group of the classic protocol", () => {
  it("goes from preparing over completing to stable, and is empty when the last one left", () => {
    const world = new World();
    const client = world.client();
    client.exchange(JoinGroup, {
      request: { groupId: "billing", sessionTimeoutMs: 10_000 },
      answer: { errorCode: 79, memberId: "a" },
    });
    expect(world.group()).toMatchObject({ state: "Empty", members: [] });
    const end = client.begin(JoinGroup, { groupId: "billing", memberId: "a", sessionTimeoutMs: 10_000 });
    expect(world.group().state).toBe("PreparingRebalance");
    world.later(3_000);
    end({ memberId: "a", generationId: 1, protocolName: "range" });
    expect(world.group()).toMatchObject({ state: "CompletingRebalance", protocol: "classic" });
    client.sync("a", 1);
    const { state, members, rebalances, timeline } = world.group();
    expect(state).toBe("Stable");
    expect(members).toEqual([
      {
        memberId: "a",
        client: "billing-1",
        host: "192.0.2.1",
        joinedMs: world.nowMs,
        seenMs: world.nowMs,
      },
    ]);
    expect(rebalances).toEqual({ join: 1, leave: 0, session_timeout: 0, error: 0 });
    expect(timeline.map(({ kind, durationMs }) => [kind, durationMs])).toEqual([
      ["join", 3_000],
      ["rebalance", 3_000],
      ["sync", 0],
    ]);
    client.leave("a");
    expect(world.group()).toMatchObject({ state: "Empty", members: [] });
  });

  it("counts a rebalance once for each generation, not for each member", () => {
    const world = new World();
    const clients = ["a", "b", "c"].map((id) => [id, world.client(id)] as const);
    for (const [id, client] of clients) client.join(id, 4);
    for (const [id, client] of clients) client.sync(id, 4);
    expect(world.group().rebalances).toEqual({ join: 1, leave: 0, session_timeout: 0, error: 0 });
    expect(world.group().rebalancedMs).toEqual([{ at: world.nowMs, trigger: "join" }]);
  });

  it("says that a rebalance was for a member that left", () => {
    const world = new World();
    const [a, b] = [world.client("a"), world.client("b")];
    a.join("a", 1);
    b.join("b", 1);
    b.sync("b", 1);
    a.leave("a");
    expect(world.group().state).toBe("PreparingRebalance");
    b.heartbeat("b", 1, rebalanceInProgress);
    b.join("b", 2);
    expect(world.group().rebalances).toMatchObject({ join: 1, leave: 1 });
    expect(world.group().members.map(({ memberId }) => memberId)).toEqual(["b"]);
  });

  it("takes a member that was silent for its session timeout for gone", () => {
    const world = new World();
    const [a, b] = [world.client("a"), world.client("b")];
    a.join("a", 1);
    b.join("b", 1);
    world.later(9_000);
    b.heartbeat("b", 1);
    world.later(1_001);
    expect(world.group().members.map(({ memberId }) => memberId)).toEqual(["b"]);
    b.heartbeat("b", 1);
    b.join("b", 2);
    expect(world.group().rebalances).toMatchObject({ join: 1, session_timeout: 1 });
  });

  it("is not blamed for a silent member that the broker still knows", () => {
    const world = new World();
    const [a, b] = [world.client("a"), world.client("b")];
    a.join("a", 1);
    b.join("b", 1);
    world.later(9_000);
    b.heartbeat("b", 1);
    world.later(2_000);
    b.heartbeat("b", 1);
    a.heartbeat("a", 1);
    b.join("b", 2);
    expect(world.group().rebalances).toMatchObject({ join: 2, session_timeout: 0 });
  });

  it("keeps a member that waits in JoinGroup for longer than its session", () => {
    const world = new World();
    const client = world.client();
    client.join("a", 1);
    const end = client.begin(JoinGroup, { groupId: "billing", memberId: "a", sessionTimeoutMs: 10_000 });
    world.later(60_000);
    expect(world.group().members).toHaveLength(1);
    end({ memberId: "a", generationId: 2, protocolName: "range" });
    expect(world.group().members).toHaveLength(1);
  });

  it.each([
    [illegalGeneration, "error"],
    [unknownMemberId, "session_timeout"],
  ] as const)("says that a rebalance was for a member that got error %i: %s", (code, trigger) => {
    const world = new World();
    const client = world.client();
    client.join("a", 1);
    client.sync("a", 1);
    client.heartbeat("a", 1, rebalanceInProgress);
    client.heartbeat("a", 1, code);
    client.join("a2", 2);
    expect(world.group().rebalances).toEqual({
      join: 1,
      leave: 0,
      session_timeout: 0,
      error: 0,
      [trigger]: 1,
    });
  });

  it("counts one session timeout for a member that comes back after it was found to be gone", () => {
    const world = new World();
    const [a, b] = [world.client("a"), world.client("b")];
    a.join("a", 1);
    b.join("b", 1);
    world.later(9_000);
    b.heartbeat("b", 1);
    world.later(2_000);
    b.join("b", 2);
    a.heartbeat("a", 1, unknownMemberId);
    a.join("a2", 3);
    expect(world.group().rebalances).toMatchObject({ join: 2, session_timeout: 1 });
  });

  it("knows a static member by its instance, whatever id it comes back with (KIP-345)", () => {
    const world = new World();
    const client = world.client();
    client.join("a", 1, { instance: "pod-0", asked: "" });
    client.sync("a", 1);
    const { joinedMs } = world.group().members[0] ?? {};
    world.later(1_000);
    client.join("b", 1, { instance: "pod-0", asked: "" });
    const { members, rebalances, state } = world.group();
    expect(members).toMatchObject([{ memberId: "b", joinedMs, seenMs: world.nowMs }]);
    expect(rebalances.join).toBe(1);
    expect(state).toBe("Stable");
  });

  it("is what it was when a JoinGroup is never answered", () => {
    const world = new World();
    const client = world.client();
    client.heartbeat("a", 3);
    client.begin(JoinGroup, { groupId: "billing", memberId: "a" });
    expect(world.group().state).toBe("PreparingRebalance");
    client.watcher.closed?.();
    expect(world.group()).toMatchObject({ state: "Stable", rebalances: { join: 0 } });
  });

  it("is found by a heartbeat when it was there before this proxy", () => {
    const world = new World();
    world.client().heartbeat("a", 57);
    expect(world.group()).toMatchObject({ state: "Stable", rebalances: { join: 0 } });
  });
});

describe("a group of the newer protocols", () => {
  it("KIP-848 groups never send JoinGroup: members and rebalances are read off heartbeats", () => {
    const world = new World();
    const [a, b] = [world.client("a"), world.client("b")];
    a.beat("a", 0, 1, { assigned: true });
    a.beat("a", 1, 1);
    expect(world.group()).toMatchObject({ state: "Stable", protocol: "consumer", rebalances: { join: 1 } });
    b.beat("b", 0, 2, { assigned: true });
    expect(world.group()).toMatchObject({ state: "CompletingRebalance", rebalances: { join: 2 } });
    a.beat("a", 1, 2, { assigned: true });
    expect(world.group()).toMatchObject({ state: "Stable", rebalances: { join: 2 } });
    b.beat("b", -1, -1);
    a.beat("a", 2, 3, { assigned: true });
    expect(world.group()).toMatchObject({
      state: "Stable",
      members: [{ memberId: "a" }],
      rebalances: { join: 2, leave: 1 },
    });
    expect(world.group().timeline.map(({ kind }) => kind)).toContain("sync");
    a.beat("a", -1, -1);
    expect(world.group()).toMatchObject({ state: "Empty", members: [] });
  });

  it("says that a rebalance was for a member whose epoch was fenced", () => {
    const world = new World();
    const client = world.client();
    client.beat("a", 5, 5);
    client.beat("a", 5, 0, { errorCode: 110 });
    client.beat("a", 0, 6);
    expect(world.group().rebalances).toEqual({ join: 0, leave: 0, session_timeout: 0, error: 1 });
  });

  it("knows share groups, which have no offsets", () => {
    const world = new World();
    world.client().exchange(ShareGroupHeartbeat, {
      request: { groupId: "billing", memberId: "a", memberEpoch: 0 },
      answer: { memberId: "a", memberEpoch: 1 },
    });
    expect(world.group()).toMatchObject({ protocol: "share", state: "Stable", partitions: [] });
  });
});

describe("where a group is", () => {
  it("a group seen only by its commits is a simple one, of which nobody knows more", () => {
    const world = new World();
    world.client().commit(42);
    expect(world.group()).toMatchObject({
      state: "Unknown",
      protocol: "simple",
      members: [],
      commits: 1,
      partitions: [{ topic: "orders", partition: 0, committed: 42, committedMs: world.nowMs, recordMs: -1 }],
    });
  });

  it("takes the partitions alone that the broker took", () => {
    const world = new World();
    const partitions = [0, 1].map((partitionIndex) => ({ partitionIndex, committedOffset: 9n }));
    world.client().exchange(OffsetCommit, {
      version: 9,
      request: { groupId: "billing", topics: [{ name: "orders", partitions }] },
      answer: {
        topics: [
          { name: "orders", partitions: [{ partitionIndex: 0, errorCode: 12 }, { partitionIndex: 1 }] },
        ],
      },
    });
    expect(world.group()).toMatchObject({ commits: 0, failedCommits: 1, partitions: [{ partition: 1 }] });
    expect(world.group().partitions).toHaveLength(1);
  });

  it("counts commits that fail, or are never answered, of groups that are known", () => {
    const world = new World();
    const client = world.client();
    client.commit(1, { errorCode: 30 });
    expect(world.groups.state()).toEqual([]);
    client.commit(1);
    client.commit(2, { errorCode: 16 });
    client.begin(OffsetCommit, { groupId: "billing" })();
    expect(world.group()).toMatchObject({ commits: 1, failedCommits: 2, partitions: [{ committed: 1 }] });
  });

  it("reads topics that are named by ids alone", () => {
    const world = new World();
    const client = world.client();
    client.topicNames.set(ordersId, "orders");
    const topic = { topicId: ordersId, partitions: [{ partitionIndex: 3, committedOffset: 5n }] };
    client.exchange(OffsetCommit, {
      request: { groupId: "billing", topics: [topic] },
      answer: { topics: [{ topicId: ordersId, partitions: [{ partitionIndex: 3 }] }] },
    });
    expect(world.group().partitions).toMatchObject([{ topic: "orders", partition: 3, committed: 5 }]);
    client.exchange(OffsetFetch, {
      request: { groups: [{ groupId: "billing" }] },
      answer: {
        groups: [
          {
            groupId: "billing",
            topics: [{ ...topic, partitions: [{ partitionIndex: 4, committedOffset: 6n }] }],
          },
        ],
      },
    });
    expect(world.group().partitions).toMatchObject([{ committed: 5 }, { partition: 4, committed: 6 }]);
  });

  it.each([7, 9])("knows where a group goes on that comes back, by OffsetFetch v%i", (version) => {
    const world = new World();
    const client = world.client();
    const topics = [{ name: "orders", partitions: [{ partitionIndex: 0, committedOffset: 7n }] }];
    const ask = (): void =>
      client.exchange(OffsetFetch, {
        version,
        request: version >= 8 ? { groups: [{ groupId: "billing" }] } : { groupId: "billing" },
        answer: version >= 8 ? { groups: [{ groupId: "billing", topics }] } : { topics },
      });
    ask();
    // A tool that looks at all groups makes none known.
    expect(world.groups.state()).toEqual([]);
    client.join("a", 1);
    ask();
    expect(world.group().partitions).toMatchObject([{ topic: "orders", committed: 7 }]);
  });

  it("takes no answer to an older question for newer than a commit", () => {
    const world = new World();
    const [client, tool] = [world.client(), world.client("tool")];
    client.commit(1);
    const end = tool.begin(OffsetFetch, { groups: [{ groupId: "billing" }] }, 9);
    world.later(5);
    client.commit(8);
    const partitions = [{ partitionIndex: 0, committedOffset: 1n }];
    end({ groups: [{ groupId: "billing", topics: [{ name: "orders", partitions }] }] });
    expect(world.group().partitions).toMatchObject([{ committed: 8 }]);
  });

  it("takes offsets of a transaction when the broker has", () => {
    const world = new World();
    const partitions = [{ partitionIndex: 0, committedOffset: 11n }];
    world.client().exchange(TxnOffsetCommit, {
      request: { groupId: "billing", topics: [{ name: "orders", partitions }] },
      answer: { topics: [{ name: "orders", partitions: [{ partitionIndex: 0 }] }] },
    });
    expect(world.group()).toMatchObject({ commits: 1, partitions: [{ committed: 11 }] });
  });

  it("is gone when the group is deleted", () => {
    const world = new World();
    const client = world.client();
    client.commit(1);
    client.exchange(DeleteGroups, {
      request: { groupsNames: ["billing"] },
      answer: { results: [{ groupId: "billing" }] },
    });
    expect(world.groups.state()).toEqual([]);
  });
});

describe("whose a fetch is", () => {
  it("Fetch does not carry the group: it is that of the host and client id, on whatever connection", () => {
    const world = new World();
    const [coordinator, fetches] = [world.client(), world.client()];
    fetches.fetch();
    expect(fetches.watcher.groupOf()).toBeUndefined();
    coordinator.join("a", 1);
    expect(fetches.watcher.groupOf()).toBe("billing");
    expect(world.client("billing-2").watcher.groupOf()).toBeUndefined();
    expect(world.client("billing-1", "192.0.2.9").watcher.groupOf()).toBeUndefined();
    fetches.fetch(2, 1_234);
    expect(world.group().partitions).toEqual([
      { topic: "orders", partition: 2, committed: -1, committedMs: -1, recordMs: 1_234 },
    ]);
    coordinator.leave("a");
    expect(fetches.watcher.groupOf()).toBeUndefined();
  });

  it("several groups on one client id are ambiguous: no lag, and words that say so", () => {
    const world = new World();
    const client = world.client("rdkafka");
    client.heartbeat("a", 1);
    client.heartbeat("b", 1, 0, "search");
    expect(world.group().ambiguous).toBeNull();
    client.fetch();
    expect(client.watcher.groupOf()).toBe("ambiguous");
    expect(world.group().ambiguous).toBe(
      'client id "rdkafka" at 192.0.2.1 is in the groups billing and search: a Fetch does not say for which of them it is',
    );
    expect(world.group("search").ambiguous).toBe(world.group().ambiguous);
    expect(world.group().partitions).toEqual([]);
    client.watcher.closed?.();
    expect(world.group().ambiguous).toBeNull();
  });

  it("a tool that commits for many groups, and fetches nothing, confuses nobody", () => {
    const world = new World();
    const tool = world.client("adminclient-1");
    for (const groupId of ["billing", "search"]) tool.commit(0, { groupId });
    expect(world.group().ambiguous).toBeNull();
  });
});

describe("the bounds of groups", () => {
  it("forgets a group without members after it was idle, and not before", () => {
    const world = new World();
    world.client().commit(1);
    world.later(groupBounds.idleMs);
    expect(world.groups.state()).toHaveLength(1);
    world.later(1);
    expect(world.groups.state()).toEqual([]);
  });

  it("shows groups that share a name as one, without offsets, and says so", () => {
    const world = new World({ group: { resolve: () => "__other__" } });
    world.client("a").commit(1, { groupId: "one" });
    world.client("b").commit(2, { groupId: "two" });
    const [only, ...others] = world.groups.state();
    expect(others).toEqual([]);
    expect(only).toMatchObject({ group: "__other__", commits: 2, partitions: [] });
    expect(only?.ambiguous).toContain("several groups");
  });

  it("keeps no offsets of topics that are shown as one", () => {
    const world = new World({ topic: { resolve: () => "__other__" } });
    world.client().commit(1);
    expect(world.group()).toMatchObject({ commits: 1, partitions: [] });
  });

  it("keeps so many groups, members, partitions and events, and no more", () => {
    const world = new World();
    const client = world.client();
    for (let n = 0; n <= groupBounds.maxMembers; n++) client.heartbeat(`m${n}`, 1);
    for (let n = 0; n <= groupBounds.maxPartitions; n++) client.commit(n, { partition: n });
    for (let n = 0; n <= groupBounds.maxGroups; n++) client.commit(1, { groupId: `g${n}` });
    client.heartbeat("x".repeat(groupBounds.maxIdLength + 1), 1);
    const { members, partitions, timeline } = world.group();
    expect(members).toHaveLength(groupBounds.maxMembers);
    expect(partitions).toHaveLength(groupBounds.maxPartitions);
    expect(timeline).toHaveLength(groupBounds.maxEvents);
    expect(world.groups.state()).toHaveLength(groupBounds.maxGroups);
  });

  it("shows one heartbeat after the other as one event, oldest first", () => {
    const world = new World();
    const client = world.client();
    client.join("a", 1);
    for (let n = 0; n < 5; n++) {
      world.later(1_000);
      client.heartbeat("a", 1);
    }
    client.heartbeat("a", 1, rebalanceInProgress);
    expect(world.group().timeline.map(({ kind, error }) => [kind, error])).toEqual([
      ["join", undefined],
      ["rebalance", undefined],
      ["heartbeat", undefined],
      ["heartbeat", "REBALANCE_IN_PROGRESS"],
    ]);
  });
});
