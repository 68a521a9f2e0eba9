import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import { CreatePartitions } from "../../protocol/generated/create-partitions.ts";
import { CreateTopics } from "../../protocol/generated/create-topics.ts";
import type { CreateTopicsRequestCreatableTopic } from "../../protocol/generated/create-topics.ts";
import { DeleteTopics } from "../../protocol/generated/delete-topics.ts";
import { zeroUuid } from "../../protocol/wire/text.ts";
import type { ClusterState } from "../cluster-state.ts";
import { codeOf, serveApi } from "../handler.ts";
import type { ServedApi } from "../handler.ts";
import type { NewTopic } from "../state/topics.ts";
import { topicConfigs } from "./describe-configs.ts";

/** Makes topics. Any broker does it, as any broker passes it on to the controller. */
export const createTopics: ServedApi = serveApi(CreateTopics, [2, 7], ({ cluster, request }) => ({
  topics: request.topics.map((asked) => {
    const wanted = newTopic(cluster, asked);
    const made = request.validateOnly ? cluster.topics.check(wanted) : cluster.topics.create(wanted);
    const topic = typeof made === "object" ? made : undefined;
    return {
      name: asked.name,
      topicId: topic?.id ?? zeroUuid,
      errorCode: codeOf(typeof made === "string" ? made : "NONE"),
      errorMessage: null,
      numPartitions: topic?.partitions.length ?? -1,
      replicationFactor: topic?.partitions[0]?.replicas.length ?? -1,
      configs: topic === undefined ? [] : topicConfigs(topic),
    };
  }),
}));

function newTopic({ settings, nodes }: ClusterState, asked: CreateTopicsRequestCreatableTopic): NewTopic {
  const { name, numPartitions, replicationFactor, assignments, configs } = asked;
  const copies = Math.min(settings.defaultReplicationFactor, nodes.all.length);
  const byIndex = assignments.toSorted((one, other) => one.partitionIndex - other.partitionIndex);
  return {
    name,
    partitions: numPartitions === -1 ? settings.defaultPartitions : numPartitions,
    replicationFactor: replicationFactor === -1 ? copies : replicationFactor,
    ...(byIndex.length > 0 && { assignments: byIndex.map(({ brokerIds }) => brokerIds) }),
    configs: new Map(
      configs.flatMap(({ name: key, value }) => (value === null ? [] : [[key, value] as const])),
    ),
  };
}

/** Deletes topics, with what groups have committed for them. */
export const deleteTopics: ServedApi = serveApi(DeleteTopics, [1, 6], ({ cluster, version, request }) => {
  const asked: readonly { readonly name: string | null; readonly topicId: string }[] =
    version >= 6 ? request.topics : request.topicNames.map((name) => ({ name, topicId: zeroUuid }));
  return {
    responses: asked.map(({ name, topicId }) => {
      const topic = name === null ? cluster.topics.withId(topicId) : cluster.topics.get(name);
      if (topic === undefined) {
        const error = name === null ? "UNKNOWN_TOPIC_ID" : "UNKNOWN_TOPIC_OR_PARTITION";
        return { name, topicId, errorCode: codeOf(error), errorMessage: null };
      }
      cluster.topics.delete(topic);
      cluster.groups.forgetTopic(topic.id);
      return { name: topic.name, topicId: topic.id, errorMessage: null };
    }),
  };
});

/** Adds partitions to topics. */
export const createPartitions: ServedApi = serveApi(CreatePartitions, [0, 3], ({ cluster, request }) => ({
  results: request.topics.map(({ name, count }) => {
    const error = growTo(cluster, name, count, request.validateOnly);
    return { name, errorCode: codeOf(error), errorMessage: null };
  }),
}));

function growTo(
  { topics }: ClusterState,
  name: string,
  count: number,
  validateOnly: boolean,
): KafkaErrorName {
  const topic = topics.get(name);
  if (topic === undefined) return "UNKNOWN_TOPIC_OR_PARTITION";
  return validateOnly ? topics.checkGrow(topic, count) : topics.grow(topic, count);
}
