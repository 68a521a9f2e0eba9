import { JoinGroup } from "@pagoda/kafka/protocol";
import { describe, expect, it } from "vitest";

import { World } from "../../test/group-client.ts";

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
