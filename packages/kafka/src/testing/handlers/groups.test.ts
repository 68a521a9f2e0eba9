import { beforeEach, describe, expect, it } from "vitest";

import { ask, batchOf, named } from "../../../test/ask-cluster.ts";
import { DeleteGroups } from "../../protocol/generated/delete-groups.ts";
import { DeleteRecords } from "../../protocol/generated/delete-records.ts";
import { DescribeGroups } from "../../protocol/generated/describe-groups.ts";
import { FindCoordinator } from "../../protocol/generated/find-coordinator.ts";
import { JoinGroup } from "../../protocol/generated/join-group.ts";
import { ListGroups } from "../../protocol/generated/list-groups.ts";
import { OffsetCommit } from "../../protocol/generated/offset-commit.ts";
import { OffsetFetch } from "../../protocol/generated/offset-fetch.ts";
import { Produce } from "../../protocol/generated/produce.ts";
import { ClusterModel } from "../cluster-model.ts";

const groupId = "readers";
let cluster: ClusterModel;
let nodeId: number;

beforeEach(() => {
  cluster = new ClusterModel({ topics: { orders: { partitions: 2 } }, maxGroups: 1 });
  nodeId = cluster.coordinatorOf(groupId) ?? -1;
});

async function commit(partitionIndex: number, committedOffset: bigint, metadata = "", at = nodeId) {
  const partitions = [{ partitionIndex, committedOffset, committedMetadata: metadata }];
  const request = { groupId, generationIdOrMemberEpoch: -1, topics: [{ name: "orders", partitions }] };
  const { topics } = await ask(cluster, OffsetCommit, request, { nodeId: at, version: 9 });
  return named(topics[0]?.partitions[0]?.errorCode);
}

/** What is committed for the partitions 0 and 1. */
async function committed() {
  const groups = [{ groupId, topics: [{ name: "orders", partitionIndexes: [0, 1] }] }];
  const response = await ask(cluster, OffsetFetch, { groups }, { nodeId, version: 9 });
  return response.groups[0]?.topics[0]?.partitions.map(({ committedOffset }) => committedOffset);
}

describe("the offsets of a group", () => {
  it("are what was committed last", async () => {
    expect(await committed()).toEqual([-1n, -1n]);
    expect(await commit(1, 5n)).toBe("NONE");
    expect(await commit(1, 7n)).toBe("NONE");
    expect(await committed()).toEqual([-1n, 7n]);
    const everything = await ask(cluster, OffsetFetch, { groupId, topics: null }, { nodeId, version: 7 });
    expect(everything.topics).toMatchObject([{ name: "orders", partitions: [{ committedOffset: 7n }] }]);
  });

  it("are not taken for partitions that are not there, with long texts, or elsewhere", async () => {
    expect(await commit(2, 1n)).toBe("UNKNOWN_TOPIC_OR_PARTITION");
    expect(await commit(0, 1n, "x".repeat(4_097))).toBe("OFFSET_METADATA_TOO_LARGE");
    expect(await commit(0, 1n, "", (nodeId % 3) + 1)).toBe("NOT_COORDINATOR");
    expect(await committed()).toEqual([-1n, -1n]);
  });

  it("are forgotten with their topic", async () => {
    await commit(0, 5n);
    cluster.deleteTopic("orders");
    cluster.createTopic("orders", { partitions: 2 });
    expect(await committed()).toEqual([-1n, -1n]);
  });
});

describe("the groups of a cluster", () => {
  it("are coordinated by one broker, and by another while it is stopped", async () => {
    const find = async (): Promise<number | undefined> => {
      const response = await ask(cluster, FindCoordinator, { keyType: 0, coordinatorKeys: [groupId] });
      return response.coordinators[0]?.nodeId;
    };
    expect(await find()).toBe(nodeId);
    cluster.setUp(nodeId, false);
    expect(await find()).not.toBe(nodeId);
    cluster.setUp(nodeId, true);
    expect(await find()).toBe(nodeId);
    const old = await ask(cluster, FindCoordinator, { key: groupId }, { version: 2 });
    expect(old).toMatchObject({ errorCode: 0, nodeId });
  });

  it("are of one kind: transactions have no coordinator", async () => {
    const { coordinators } = await ask(cluster, FindCoordinator, { keyType: 1, coordinatorKeys: ["t"] });
    expect(named(coordinators[0]?.errorCode)).toBe("INVALID_REQUEST");
  });

  it("are listed, described and deleted", async () => {
    await commit(0, 5n);
    expect((await ask(cluster, ListGroups, {}, { nodeId })).groups).toMatchObject([
      { groupId, groupState: "Empty", groupType: "classic" },
    ]);
    const { groups } = await ask(cluster, DescribeGroups, { groups: [groupId] }, { nodeId });
    expect(groups).toMatchObject([{ groupId, groupState: "Empty", errorCode: 0 }]);
    const remove = async () => {
      const { results } = await ask(cluster, DeleteGroups, { groupsNames: [groupId] }, { nodeId });
      return named(results[0]?.errorCode);
    };
    expect(await remove()).toBe("NONE");
    expect(await remove()).toBe("GROUP_ID_NOT_FOUND");
    expect(await committed()).toEqual([-1n, -1n]);
  });

  it("keep no more of a member than fits into a message", async () => {
    cluster = new ClusterModel({ maxMessageBytes: 100 });
    const protocols = [{ name: "range", metadata: new Uint8Array(101) }];
    const request = { groupId, sessionTimeoutMs: 1_000, protocolType: "consumer", protocols };
    const { errorCode } = await ask(cluster, JoinGroup, request, { nodeId, version: 3 });
    expect(named(errorCode)).toBe("UNKNOWN_SERVER_ERROR");
  });

  it("are refused beyond their limit, unless one of them has nothing to keep", async () => {
    const join = async (group: string) => {
      const protocols = [{ name: "range", metadata: new Uint8Array() }];
      const request = { groupId: group, sessionTimeoutMs: 1_000, protocolType: "consumer", protocols };
      const at = cluster.coordinatorOf(group) ?? -1;
      const { errorCode } = await ask(cluster, JoinGroup, request, { nodeId: at, version: 3 });
      return named(errorCode);
    };
    await commit(0, 5n);
    expect(await join("another")).toBe("GROUP_MAX_SIZE_REACHED");
    cluster.deleteTopic("orders");
    expect(await join("another")).toBe("NONE");
    cluster.close();
  });
});

it("records are deleted up to an offset, and not beyond the end", async () => {
  const topicData = [{ name: "orders", partitionData: [{ index: 0, records: batchOf(["a", "b", "c"]) }] }];
  await ask(cluster, Produce, { acks: 1, topicData }, { version: 12 });
  const upTo = async (offset: bigint) => {
    const topics = [{ name: "orders", partitions: [{ partitionIndex: 0, offset }] }];
    const response = await ask(cluster, DeleteRecords, { topics });
    const [partition] = response.topics[0]?.partitions ?? [];
    return [named(partition?.errorCode), partition?.lowWatermark];
  };
  expect(await upTo(2n)).toEqual(["NONE", 2n]);
  expect(await upTo(4n)).toEqual(["OFFSET_OUT_OF_RANGE", -1n]);
  expect(await upTo(-1n)).toEqual(["NONE", 3n]);
});
