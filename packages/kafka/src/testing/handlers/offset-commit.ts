import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import { OffsetCommit } from "../../protocol/generated/offset-commit.ts";
import type { OffsetCommitRequest } from "../../protocol/generated/offset-commit.ts";
import { codeOf, serveApi } from "../handler.ts";
import type { ApiCall, ServedApi } from "../handler.ts";
import type { Group } from "../state/group.ts";
import { coordinatorError } from "./find-group.ts";
import { findTopic } from "./find-topic.ts";

/** Longest text with an offset, as Kafka's `offset.metadata.max.bytes`, here in characters. */
const maxMetadataCharacters = 4_096;

/** Remembers how far a group has come. */
export const offsetCommit: ServedApi = serveApi(OffsetCommit, [2, 10], (call) => {
  const { cluster, version, request } = call;
  const { group, error: refusal } = groupOf(call);
  return {
    topics: request.topics.map(({ name, topicId, partitions }) => {
      const found = findTopic(cluster.topics, { name, topicId }, version >= 10);
      return {
        name,
        topicId,
        partitions: partitions.map((one) => {
          let error: KafkaErrorName = refusal;
          if (error === "NONE" && found.missing !== null) error = found.missing;
          if (error === "NONE" && found.topic?.partitions[one.partitionIndex] === undefined) {
            error = "UNKNOWN_TOPIC_OR_PARTITION";
          }
          if (error === "NONE" && (one.committedMetadata?.length ?? 0) > maxMetadataCharacters) {
            error = "OFFSET_METADATA_TOO_LARGE";
          }
          if (error === "NONE" && found.topic !== undefined) {
            group?.offsets.set(found.topic.id, one.partitionIndex, {
              offset: one.committedOffset,
              leaderEpoch: one.committedLeaderEpoch,
              metadata: one.committedMetadata ?? "",
            });
          }
          return { partitionIndex: one.partitionIndex, errorCode: codeOf(error) };
        }),
      };
    }),
  };
});

function groupOf({ cluster, nodeId, request }: ApiCall<OffsetCommitRequest>): {
  readonly group: Group | undefined;
  readonly error: KafkaErrorName;
} {
  const { groupId, memberId, groupInstanceId: instanceId, generationIdOrMemberEpoch: generation } = request;
  const error = coordinatorError(cluster, groupId, nodeId);
  if (error !== "NONE") return { group: undefined, error };
  const known = cluster.groups.get(groupId);
  if (known === undefined && generation >= 0) return { group: undefined, error: "ILLEGAL_GENERATION" };
  const group = known ?? cluster.groups.getOrCreate(groupId);
  if (group === undefined) return { group, error: "GROUP_MAX_SIZE_REACHED" };
  return { group, error: group.commitError({ memberId, instanceId, generation }) };
}
