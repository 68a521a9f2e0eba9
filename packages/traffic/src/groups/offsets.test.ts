import { DeleteGroups, OffsetCommit, OffsetFetch, TxnOffsetCommit } from "@pagoda/kafka/protocol";
import { describe, expect, it } from "vitest";

import { World } from "../../test/group-client.ts";

const ordersId = "AAAAAAAAAAAAAAAAAAAAAg";

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
