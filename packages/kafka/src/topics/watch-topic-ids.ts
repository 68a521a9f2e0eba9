import { observe, whole } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";

import { unlessUnreadable } from "../layers/unless-unreadable.ts";
import { errorsOf } from "../protocol/errors/errors-of.ts";
import { CreateTopics } from "../protocol/generated/create-topics.ts";
import { DeleteTopics } from "../protocol/generated/delete-topics.ts";
import { DescribeTopicPartitions } from "../protocol/generated/describe-topic-partitions.ts";
import { Fetch } from "../protocol/generated/fetch.ts";
import { Metadata } from "../protocol/generated/metadata.ts";
import type { KafkaAnswer, KafkaRequest } from "../request.ts";
import { noResponse } from "../response.ts";
import type { KafkaResponse } from "../response.ts";
import { disprovesId, learnTopics } from "./learn-topics.ts";
import type { TopicIds } from "./topic-ids.ts";

export interface WatchTopicIdsOptions {
  /**
   * Largest response that is decoded for the errors in it, in bytes, of those that are not about
   * topics: Produce, Fetch and the like. What a larger one says of an id the next Metadata says again.
   * @default 4096
   */
  readonly maxErrorBytes?: number;
}

/**
 * Learns topic ids, and how many partitions topics have, from what passes: Metadata, CreateTopics, DeleteTopics and DescribeTopicPartitions
 * responses; and drops those that a response to a request by id disproves (UNKNOWN_TOPIC_ID,
 * INCONSISTENT_TOPIC_ID). It only watches, and reads nothing that is not in memory as a whole.
 *
 * Outside of `rewriteAddresses`, which has decoded Metadata by then; inside of what gives topics
 * other names than the cluster's.
 */
export function watchTopicIds(
  ids: TopicIds,
  options: WatchTopicIdsOptions = {},
): SameLayer<KafkaRequest, KafkaAnswer> {
  const maxErrorBytes = whole("maxErrorBytes", options.maxErrorBytes ?? 4_096, 0);

  return observe<KafkaRequest, KafkaAnswer>(
    {
      onAnswer: (answer, request) => {
        if (answer === noResponse || !answer.whole) return;
        if (answer.is(Metadata)) {
          learnTopics(ids, answer.body.topics);
          for (const { errorCode, name, partitions } of answer.body.topics) {
            if (errorCode === 0 && name !== null) ids.learnPartitions(name, partitions.length);
          }
        } else if (answer.is(DescribeTopicPartitions)) learnTopics(ids, answer.body.topics);
        else if (answer.is(CreateTopics)) {
          if (mayOnlyValidate(request)) return;
          learnTopics(
            ids,
            answer.body.topics.filter(({ errorCode }) => errorCode === 0),
          );
        } else if (answer.is(DeleteTopics)) {
          for (const { errorCode, name, topicId } of answer.body.responses) {
            if (errorCode !== 0) continue;
            ids.forget(topicId);
            if (name !== null) ids.forgetName(name);
          }
        } else if (goesById(request) && answer.byteLength <= maxErrorBytes) {
          forgetDisproved(ids, answer, request);
        }
      },
    },
    { onHookError: unlessUnreadable },
  );
}

/** Is it perhaps a rehearsal? A broker answers one with ids that no topic will have. */
function mayOnlyValidate(request: KafkaRequest): boolean {
  return !request.is(CreateTopics) || !request.whole || request.body.validateOnly;
}

/** By key, the first version that names topics by id: Produce, Fetch, OffsetCommit, OffsetFetch, ShareFetch, ShareAcknowledge. */
const byIdFrom: ReadonlyMap<number, number> = new Map([
  [0, 13],
  [1, 13],
  [8, 10],
  [9, 10],
  [78, 0],
  [79, 0],
]);

function goesById({ api, apiKey, apiVersion }: KafkaRequest): boolean {
  return api !== null && apiVersion >= (byIdFrom.get(apiKey) ?? Infinity);
}

function forgetDisproved(ids: TopicIds, answer: KafkaResponse, request: KafkaRequest): void {
  for (const { code, topicId } of errorsOf(answer.body)) {
    if (!disprovesId(code)) continue;
    if (topicId !== null) ids.forget(topicId);
    // Of the whole request: whichever of its topics is meant, each can be asked for again.
    else if (request.is(Fetch) && request.whole)
      for (const topic of request.body.topics) ids.forget(topic.topicId);
  }
}
