import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import type { Partition } from "../state/partition.ts";
import type { Topic, Topics } from "../state/topics.ts";

/** How a request names a topic: by id in newer versions, else by name. */
export interface TopicReference {
  readonly topicId: string;
  readonly name: string;
}

/** A topic that a request is about, or the error that tells there is none. */
export type FoundTopic =
  | { readonly topic: Topic; readonly missing: null }
  | { readonly topic: undefined; readonly missing: KafkaErrorName };

/** @param byId whether this version of the request names topics by id */
export function findTopic(topics: Topics, { topicId, name }: TopicReference, byId: boolean): FoundTopic {
  const topic = byId ? topics.withId(topicId) : topics.get(name);
  if (topic !== undefined) return { topic, missing: null };
  return { topic: undefined, missing: byId ? "UNKNOWN_TOPIC_ID" : "UNKNOWN_TOPIC_OR_PARTITION" };
}

/** A partition that broker `nodeId` leads, or the error that tells why it is not to be had there. */
export function findLed(
  { topic, missing }: FoundTopic,
  index: number,
  nodeId: number,
  leaderEpoch = -1,
): { readonly partition: Partition | undefined; readonly error: KafkaErrorName } {
  if (missing !== null) return { partition: undefined, error: missing };
  const partition = topic.partitions[index];
  if (partition === undefined) return { partition, error: "UNKNOWN_TOPIC_OR_PARTITION" };
  return { partition, error: partition.errorAt(nodeId, leaderEpoch) };
}
