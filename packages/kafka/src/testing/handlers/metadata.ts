import { Metadata } from "../../protocol/generated/metadata.ts";
import type { MetadataResponseTopic } from "../../protocol/generated/metadata.ts";
import type { Partially } from "../../protocol/schema/defaults.ts";
import { zeroUuid } from "../../protocol/wire/text.ts";
import type { ClusterState } from "../cluster-state.ts";
import { codeOf, serveApi } from "../handler.ts";
import type { ServedApi } from "../handler.ts";
import type { Topic } from "../state/topics.ts";

/** Brokers, topics and who leads them; makes topics that are asked for, where that is allowed. */
export const metadata: ServedApi = serveApi(Metadata, [0, 13], ({ cluster, version, request }) => {
  const { nodes, topics, clusterId } = cluster;
  // Before there was null, none meant all.
  const all = request.topics === null || (version === 0 && request.topics.length === 0);
  const mayCreate = version < 4 || request.allowAutoTopicCreation;
  return {
    brokers: nodes.up.map(({ id: nodeId, host, port }) => ({ nodeId, host, port, rack: null })),
    clusterId,
    controllerId: nodes.controllerId,
    topics: all
      ? topics.all.map((topic) => describe(topic, cluster))
      : (request.topics ?? []).map(({ name, topicId }) => {
          if (name === null) return describeById(cluster, topicId);
          return describeByName(cluster, name, mayCreate);
        }),
  };
});

function describeById(cluster: ClusterState, topicId: string): Partially<MetadataResponseTopic> {
  const topic = cluster.topics.withId(topicId);
  if (topic !== undefined) return describe(topic, cluster);
  return { errorCode: codeOf("UNKNOWN_TOPIC_ID"), name: null, topicId };
}

function describeByName(
  cluster: ClusterState,
  name: string,
  mayCreate: boolean,
): Partially<MetadataResponseTopic> {
  const { topics, settings, nodes } = cluster;
  const known = topics.get(name);
  if (known !== undefined) return describe(known, cluster);
  const replicationFactor = Math.min(settings.defaultReplicationFactor, nodes.all.length);
  const wanted = { name, partitions: settings.defaultPartitions, replicationFactor };
  const made = mayCreate && settings.autoCreateTopics ? topics.create(wanted) : topics.check(wanted);
  if (typeof made === "object") return describe(made, cluster);
  const error = made === "NONE" ? "UNKNOWN_TOPIC_OR_PARTITION" : made;
  return { errorCode: codeOf(error), name, topicId: zeroUuid };
}

function describe(topic: Topic, { nodes }: ClusterState): Partially<MetadataResponseTopic> {
  return {
    name: topic.name,
    topicId: topic.id,
    partitions: topic.partitions.map(({ index, leaderId, leaderEpoch, replicas }) => ({
      errorCode: leaderId < 0 ? codeOf("LEADER_NOT_AVAILABLE") : 0,
      partitionIndex: index,
      leaderId,
      leaderEpoch,
      replicaNodes: replicas,
      isrNodes: replicas.filter((id) => nodes.isUp(id)),
      offlineReplicas: replicas.filter((id) => !nodes.isUp(id)),
    })),
  };
}
