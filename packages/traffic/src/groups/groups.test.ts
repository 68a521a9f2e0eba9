import { describe, expect, it } from "vitest";

import { World } from "../../test/group-client.ts";
import { groupBounds } from "./bounds.ts";

const rebalanceInProgress = 27;

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
    const client = world.client();
    client.join("a", 1);
    client.leave("a");
    world.later(groupBounds.idleMs);
    expect(world.groups.state()).toHaveLength(1);
    world.later(1);
    expect(world.groups.state()).toEqual([]);
  });

  it("keeps a group that has offsets for a day: its lag grows while nobody reads", () => {
    const world = new World();
    world.client().commit(1);
    world.later(groupBounds.abandonedMs);
    expect(world.group().partitions).toMatchObject([{ topic: "orders", committed: 1 }]);
    expect([...world.groups.topics()]).toEqual([{ listener: "main", topic: "orders" }]);
    world.later(1);
    expect(world.groups.state()).toEqual([]);
  });

  it("keeps no more abandoned groups than it may, the ones seen last", () => {
    const world = new World();
    for (let n = 0; n <= groupBounds.maxAbandoned; n++) {
      world.client().commit(1, { groupId: `g${n}` });
      world.later(1);
    }
    expect(world.groups.state()).toHaveLength(groupBounds.maxAbandoned + 1);
    world.later(groupBounds.idleMs);
    const names = world.groups.state().map(({ group }) => group);
    expect(names).toHaveLength(groupBounds.maxAbandoned);
    expect(names).not.toContain("g0");
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
