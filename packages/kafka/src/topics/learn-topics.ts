import { kafkaErrorNamed } from "../protocol/errors/error-codes.ts";
import { zeroUuid } from "../protocol/wire/text.ts";
import type { TopicIds } from "./topic-ids.ts";

/** A topic as a response tells of it. */
export interface ToldTopic {
  readonly errorCode: number;
  readonly name: string | null;
  readonly topicId: string;
}

const { code: unknownTopic } = kafkaErrorNamed("UNKNOWN_TOPIC_OR_PARTITION");
const { code: unknownId } = kafkaErrorNamed("UNKNOWN_TOPIC_ID");
const { code: inconsistentId } = kafkaErrorNamed("INCONSISTENT_TOPIC_ID");

/** Does this error say that an id is not, or not any more, that of the topic? */
export function disprovesId(errorCode: number): boolean {
  return errorCode === unknownId || errorCode === inconsistentId;
}

/** Does a response say that this topic is there? */
export function isThere({ errorCode, name, topicId }: ToldTopic): boolean {
  if (errorCode === unknownTopic || disprovesId(errorCode)) return false;
  return topicId !== zeroUuid && name !== null && name !== "";
}

/** Takes in what a response says of topics that are there, or not. */
export function learnTopics(ids: TopicIds, topics: readonly ToldTopic[]): void {
  for (const topic of topics) {
    const { errorCode, name, topicId } = topic;
    if (isThere(topic)) ids.learn(topicId, name);
    else if (topicId !== zeroUuid) ids.forget(topicId);
    else if (errorCode === unknownTopic && name !== null) ids.forgetName(name);
  }
}
