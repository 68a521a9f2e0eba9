import { OffsetFetch } from "../../protocol/generated/offset-fetch.ts";
import type { OffsetFetchRequestTopics } from "../../protocol/generated/offset-fetch.ts";
import { zeroUuid } from "../../protocol/wire/text.ts";
import type { ClusterState } from "../cluster-state.ts";
import { codeOf, serveApi } from "../handler.ts";
import type { ServedApi } from "../handler.ts";
import type { Group } from "../state/group.ts";
import { coordinatorError } from "./find-group.ts";
import { findTopic } from "./find-topic.ts";

type TopicsAsked = readonly OffsetFetchRequestTopics[] | null;

/** Tells how far groups have come. */
export const offsetFetch: ServedApi = serveApi(
  OffsetFetch,
  [1, 10],
  ({ cluster, nodeId, version, request }) => {
    if (version >= 8) {
      return {
        groups: request.groups.map(({ groupId, topics }) => {
          const error = coordinatorError(cluster, groupId, nodeId);
          if (error !== "NONE") return { groupId, errorCode: codeOf(error) };
          return { groupId, topics: describe(cluster, groupId, topics, version >= 10) };
        }),
      };
    }
    const error = coordinatorError(cluster, request.groupId, nodeId);
    const asked = request.topics?.map((topic) => ({ ...topic, topicId: zeroUuid })) ?? null;
    if (error === "NONE") return { topics: describe(cluster, request.groupId, asked, false) };
    // Before version 2 there is no place for it but the partitions.
    const topics = (request.topics ?? []).map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((index) => ({ ...uncommitted(index), errorCode: codeOf(error) })),
    }));
    return { errorCode: version >= 2 ? codeOf(error) : 0, topics };
  },
);

function describe({ topics, groups }: ClusterState, groupId: string, asked: TopicsAsked, byId: boolean) {
  const group = groups.get(groupId);
  return (asked ?? everythingOf(group, topics)).map(({ name, topicId, partitionIndexes }) => {
    const { topic, missing } = findTopic(topics, { name, topicId }, byId);
    return {
      name,
      topicId,
      partitions: partitionIndexes.map((index) => {
        if (byId && missing !== null) return { ...uncommitted(index), errorCode: codeOf(missing) };
        const committed = topic === undefined ? undefined : group?.offsets.get(topic.id, index);
        if (committed === undefined) return uncommitted(index);
        return {
          partitionIndex: index,
          committedOffset: committed.offset,
          committedLeaderEpoch: committed.leaderEpoch,
          metadata: committed.metadata,
        };
      }),
    };
  });
}

function everythingOf(group: Group | undefined, topics: ClusterState["topics"]) {
  return (group?.offsets.topicIds ?? []).map((topicId) => ({
    name: topics.withId(topicId)?.name ?? "",
    topicId,
    partitionIndexes: group?.offsets.partitionsOf(topicId) ?? [],
  }));
}

function uncommitted(partitionIndex: number) {
  return { partitionIndex, committedOffset: -1n, committedLeaderEpoch: -1, metadata: "" };
}
