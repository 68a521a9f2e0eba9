import { fakeTime } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { Group } from "./group.ts";
import type { GroupLimits, JoinCall } from "./group-calls.ts";
import type { Joined } from "./group-member.ts";

const sessionTimeoutMs = 1_000;
const rebalanceTimeoutMs = 5_000;

describe("a consumer group", () => {
  const time = fakeTime();

  function groupWith(limits: Partial<GroupLimits> = {}): Group {
    return new Group("readers", { maxMembersPerGroup: 10, initialRebalanceDelayMs: 0, ...limits });
  }

  function join(group: Group, call: Partial<JoinCall> = {}): Promise<Joined> {
    return group.join({
      memberId: "",
      instanceId: null,
      clientId: "c",
      clientHost: "",
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      protocolType: "consumer",
      protocols: [{ name: "range", metadata: new Uint8Array([1]) }],
      needsKnownMemberId: false,
      canSkipAssignment: true,
      ...call,
    });
  }

  function sync(group: Group, { memberId, generation }: Joined, shares: Record<string, string> = {}) {
    const assignments = Object.entries(shares).map(([id, share]) => [id, Buffer.from(share)] as const);
    return group.sync({ memberId, generation, instanceId: null, assignments: new Map(assignments) });
  }

  function heartbeat(group: Group, { memberId, generation }: Joined) {
    return group.heartbeat({ memberId, generation, instanceId: null });
  }

  /** A stable group of two, and how each joined. */
  async function pair(group: Group): Promise<[leader: Joined, other: Joined]> {
    const first = await join(group);
    const second = join(group);
    const leader = await join(group, { memberId: first.memberId });
    const other = await second;
    const shares = { [leader.memberId]: "0", [other.memberId]: "1" };
    const synced = await Promise.all([sync(group, other), sync(group, leader, shares)]);
    expect(synced.map(({ assignment }) => Buffer.from(assignment).toString())).toEqual(["1", "0"]);
    return [leader, other];
  }

  it("makes the first member its leader, and tells only the leader who is in", async () => {
    const group = groupWith();
    const [leader, other] = await pair(group);
    expect(leader).toMatchObject({ generation: 2, leader: leader.memberId, protocolName: "range" });
    expect(leader.members.map(({ id }) => id)).toEqual([leader.memberId, other.memberId]);
    expect(other).toMatchObject({ generation: 2, leader: leader.memberId, members: [] });
    expect(group.state).toBe("Stable");
  });

  it("gives an id first where the client can come back with it", async () => {
    const group = groupWith();
    const given = await join(group, { needsKnownMemberId: true });
    expect(given.error).toBe("MEMBER_ID_REQUIRED");
    const joined = await join(group, { memberId: given.memberId, needsKnownMemberId: true });
    expect(joined).toMatchObject({ error: "NONE", memberId: given.memberId });
  });

  it("waits for who was given an id, for as long as its session", async () => {
    const group = groupWith();
    await join(group, { needsKnownMemberId: true });
    const joining = join(group);
    await time.advance(sessionTimeoutMs - 1);
    expect(group.state).toBe("PreparingRebalance");
    await time.advance(1);
    expect((await joining).error).toBe("NONE");
  });

  it("tells members of a rebalance by their heartbeats, and goes on without who does not join", async () => {
    const group = groupWith();
    const [leader, other] = await pair(group);
    const third = join(group);
    expect(heartbeat(group, leader)).toBe("REBALANCE_IN_PROGRESS");
    const again = join(group, { memberId: leader.memberId });
    // It is alive, but does not join.
    for (let ms = 0; ms < rebalanceTimeoutMs; ms += 500) {
      heartbeat(group, other);
      await time.advance(500);
    }
    expect((await again).members.map(({ id }) => id)).toEqual([leader.memberId, (await third).memberId]);
    expect(heartbeat(group, other)).toBe("UNKNOWN_MEMBER_ID");
  });

  it("takes a member out whose session is over, and gives its share to the others", async () => {
    const group = groupWith();
    const [leader, other] = await pair(group);
    await time.advance(sessionTimeoutMs - 1);
    expect(heartbeat(group, leader)).toBe("NONE");
    await time.advance(1);
    expect(heartbeat(group, other)).toBe("UNKNOWN_MEMBER_ID");
    expect(heartbeat(group, leader)).toBe("REBALANCE_IN_PROGRESS");
    const alone = await join(group, { memberId: leader.memberId });
    expect(alone.members).toHaveLength(1);
  });

  it("begins again when the leader leaves, with another leader", async () => {
    const group = groupWith();
    const [leader, other] = await pair(group);
    expect(group.leave(leader.memberId, null)).toBe("NONE");
    const alone = await join(group, { memberId: other.memberId });
    expect(alone).toMatchObject({ leader: other.memberId, generation: 3 });
    expect(group.leave(other.memberId, null)).toBe("NONE");
    expect(group.state).toBe("Empty");
    expect(time.timers).toBe(0);
  });

  it("answers a sync that waits when the rebalance begins again", async () => {
    const group = groupWith();
    const first = await join(group);
    const second = join(group);
    await join(group, { memberId: first.memberId });
    const syncing = sync(group, await second);
    void join(group);
    expect((await syncing).error).toBe("REBALANCE_IN_PROGRESS");
    group.close("COORDINATOR_NOT_AVAILABLE");
  });

  it("refuses who is of another generation, or not in it", async () => {
    const group = groupWith();
    const joined = await join(group);
    expect(heartbeat(group, { ...joined, generation: 0 })).toBe("ILLEGAL_GENERATION");
    expect((await sync(group, { ...joined, generation: 0 })).error).toBe("ILLEGAL_GENERATION");
    expect(heartbeat(group, { ...joined, memberId: "x" })).toBe("UNKNOWN_MEMBER_ID");
    expect((await join(group, { memberId: "x" })).error).toBe("UNKNOWN_MEMBER_ID");
  });

  it("refuses who cannot work with the others, and one too many", async () => {
    const group = groupWith({ maxMembersPerGroup: 1 });
    await join(group);
    expect((await join(group)).error).toBe("GROUP_MAX_SIZE_REACHED");
    const protocols = [{ name: "sticky", metadata: new Uint8Array() }];
    expect((await join(group, { protocols })).error).toBe("INCONSISTENT_GROUP_PROTOCOL");
    expect((await join(group, { protocolType: "connect" })).error).toBe("INCONSISTENT_GROUP_PROTOCOL");
  });

  it("takes a static member back without a rebalance, and fences who it was", async () => {
    const group = groupWith();
    const [leader] = await pair(group);
    group.leave(leader.memberId, null);
    const other = group.members[0]?.id ?? "";
    const joining = join(group, { instanceId: "i" });
    const [old] = await Promise.all([joining, join(group, { memberId: other })]);
    await sync(group, { ...old, memberId: other }, { [old.memberId]: "share" });
    const back = await join(group, { instanceId: "i" });
    expect(back).toMatchObject({ error: "NONE", generation: old.generation });
    expect(back.memberId).not.toBe(old.memberId);
    expect(Buffer.from((await sync(group, back)).assignment).toString()).toBe("share");
    expect(group.heartbeat({ ...old, instanceId: "i" })).toBe("FENCED_INSTANCE_ID");
    expect(group.state).toBe("Stable");
  });

  it("waits for more members before its first rebalance, if told to", async () => {
    const group = groupWith({ initialRebalanceDelayMs: 300 });
    const joining = [join(group), join(group)];
    await time.advance(299);
    expect(group.state).toBe("PreparingRebalance");
    await time.advance(1);
    expect((await Promise.all(joining)).map(({ generation }) => generation)).toEqual([1, 1]);
  });

  it("lets members commit, and others only while there are none", async () => {
    const group = groupWith();
    const nobody = { memberId: "", instanceId: null, generation: -1 };
    expect(group.commitError(nobody)).toBe("NONE");
    const joined = await join(group);
    const member = { memberId: joined.memberId, instanceId: null, generation: 1 };
    expect(group.commitError(nobody)).toBe("UNKNOWN_MEMBER_ID");
    expect(group.commitError(member)).toBe("REBALANCE_IN_PROGRESS");
    await sync(group, joined);
    expect(group.commitError(member)).toBe("NONE");
    expect(group.commitError({ ...member, generation: 0 })).toBe("ILLEGAL_GENERATION");
  });

  it("answers whoever waits when it is closed, and leaves no timer", async () => {
    const group = groupWith();
    await pair(group);
    const joining = join(group);
    await join(group, { needsKnownMemberId: true });
    group.close("COORDINATOR_NOT_AVAILABLE");
    expect((await joining).error).toBe("COORDINATOR_NOT_AVAILABLE");
    expect((await join(group)).error).toBe("COORDINATOR_NOT_AVAILABLE");
    expect(time.timers).toBe(0);
  });
});
