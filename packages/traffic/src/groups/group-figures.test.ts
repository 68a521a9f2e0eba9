import { expect, it } from "vitest";

import { World } from "../../test/group-client.ts";
import type { TopicState } from "../state/state.ts";
import { groupFigures } from "./group-figures.ts";

/** Of `orders`, whose partitions end at 200, as was seen 10 seconds ago. */
function topicsOf(world: World): readonly TopicState[] {
  const timeline = [
    [100, world.nowMs - 20_000],
    [200, world.nowMs - 10_000],
  ];
  const partitions = [0, 1].map((partition) => ({ partition, endOffset: 200, timeline }));
  return [{ listener: "main", topic: "orders", partitions }] as unknown as readonly TopicState[];
}

it("tells the lag of a group by topic: records of all partitions, seconds of the worst", () => {
  const world = new World();
  const client = world.client();
  client.join("a", 1);
  client.commit(150, { memberId: "a", generation: 1 });
  client.commit(200, { memberId: "a", generation: 1, partition: 1 });
  const state = { atMs: world.nowMs, groups: world.groups.state(), topics: topicsOf(world) };
  expect(groupFigures(state)).toEqual([
    {
      listener: "main",
      group: "billing",
      members: 1,
      commits: 2,
      failedCommits: 0,
      rebalances: { join: 1, leave: 0, session_timeout: 0, error: 0 },
      topics: [{ topic: "orders", records: 50, seconds: 10 }],
    },
  ]);
  expect(groupFigures({ ...state, topics: [] })).toMatchObject([{ topics: [] }]);
});

it("lag of an ambiguous group is not told", () => {
  const world = new World();
  const client = world.client("rdkafka");
  client.commit(150);
  client.commit(150, { groupId: "search" });
  client.fetch();
  const state = { atMs: world.nowMs, groups: world.groups.state(), topics: topicsOf(world) };
  expect(groupFigures(state)).toMatchObject([
    { group: "billing", commits: 1, topics: [] },
    { group: "search", commits: 1, topics: [] },
  ]);
});
