import { ShareGroupHeartbeat } from "@pagoda/kafka/protocol";
import { describe, expect, it } from "vitest";

import { World } from "../../test/group-client.ts";

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
