import type {
  DeleteGroupsResponse,
  OffsetCommitRequest,
  OffsetCommitResponse,
  OffsetDeleteRequest,
  OffsetDeleteResponse,
  OffsetFetchRequest,
  OffsetFetchResponse,
  TxnOffsetCommitRequest,
  TxnOffsetCommitResponse,
} from "@pagoda/kafka/protocol";

import { firstError, toldOf } from "./group-exchange.ts";
import type { GroupExchange } from "./group-exchange.ts";
import type { Group } from "./group.ts";

interface CommitRequest {
  readonly topics: readonly {
    readonly name: string;
    readonly topicId?: string;
    readonly partitions: readonly { readonly partitionIndex: number; readonly committedOffset: bigint }[];
  }[];
}

interface CommitAnswer {
  readonly topics: readonly {
    readonly name: string;
    readonly topicId?: string;
    readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[];
  }[];
}

/** A member commits, or somebody without a group: a consumer that assigns itself, or an administrator. */
export function committed(
  exchange: GroupExchange,
  request: OffsetCommitRequest,
  answer: OffsetCommitResponse,
): void {
  const { groupId, memberId, groupInstanceId: instanceId } = request;
  const group = commit(exchange, groupId, memberId, request, answer);
  if (group === undefined) return;
  const { origin } = exchange;
  const { nowMs } = exchange.times;
  if (memberId === "") {
    // With members there, it is an administrator.
    if (group.members.size === 0) group.seenAt(origin.reader, nowMs);
    return;
  }
  const kind = group.members.get(memberId)?.kind ?? (group.protocol === "consumer" ? "consumer" : "classic");
  group.seen({ memberId, kind, origin, instanceId }, nowMs);
}

/**
 * A transaction commits offsets of a group: they are told when the broker has taken them, before the
 * transaction has ended. Its end may pass by another process; and a group whose transaction was aborted
 * asks for its offsets anew, which sets them right.
 */
export function committedInTransaction(
  exchange: GroupExchange,
  request: TxnOffsetCommitRequest,
  answer: TxnOffsetCommitResponse,
): void {
  commit(exchange, request.groupId, request.memberId, request, answer);
}

/** @returns the group, if offsets were taken */
function commit(
  exchange: GroupExchange,
  groupId: string,
  memberId: string,
  request: CommitRequest,
  answer: CommitAnswer,
): Group | undefined {
  const codes = answer.topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode));
  const errorCode = firstError(codes);
  const taken = errorCode === 0 || codes.includes(0);
  const group = taken ? exchange.open(groupId) : exchange.known(groupId);
  if (group === undefined) return undefined;
  if (errorCode === 0) group.commits += 1;
  else group.failedCommits += 1;
  group.tell("commit", toldOf(exchange, memberId, errorCode));
  if (errorCode !== 0) group.refused(errorCode, memberId);
  if (!taken) return undefined;
  const refused = new Set<string>();
  if (errorCode !== 0) {
    for (const topic of answer.topics) {
      for (const { partitionIndex, errorCode: code } of topic.partitions) {
        if (code !== 0) refused.add(keyOf(topic, partitionIndex));
      }
    }
  }
  for (const topic of request.topics) {
    const name = exchange.topicOf(topic);
    if (name === undefined) continue;
    for (const { partitionIndex, committedOffset } of topic.partitions) {
      if (refused.has(keyOf(topic, partitionIndex))) continue;
      group.positions.committed(name, partitionIndex, Number(committedOffset), exchange.times.nowMs);
    }
  }
  return group;
}

function keyOf(topic: { readonly name: string; readonly topicId?: string }, partition: number): string {
  return `${partition} ${topic.topicId ?? ""} ${topic.name}`;
}

/** No answer came to a commit: whether it was taken nobody knows. */
export function commitFailed(group: Group): void {
  group.failedCommits += 1;
}

interface FetchedTopic {
  readonly name: string;
  readonly topicId?: string;
  readonly partitions: readonly {
    readonly partitionIndex: number;
    readonly committedOffset: bigint;
    readonly errorCode: number;
  }[];
}

/**
 * Where groups are that have been seen: a member that has joined asks for that first. A group that was
 * not seen is one that a tool looks at, perhaps at all there are: it stays unseen.
 */
export function offsetsFetched(
  exchange: GroupExchange,
  version: number,
  request: OffsetFetchRequest,
  answer: OffsetFetchResponse,
): void {
  if (version >= 8) {
    for (const { groupId, errorCode, topics } of answer.groups) {
      if (errorCode === 0) positionsOf(exchange, groupId, topics);
    }
  } else if (answer.errorCode === 0) positionsOf(exchange, request.groupId, answer.topics);
}

function positionsOf(exchange: GroupExchange, groupId: string, topics: readonly FetchedTopic[]): void {
  const group = exchange.known(groupId);
  if (group === undefined) return;
  const { atMs, nowMs } = exchange.times;
  for (const topic of topics) {
    const name = exchange.topicOf(topic);
    if (name === undefined) continue;
    for (const { partitionIndex, committedOffset, errorCode } of topic.partitions) {
      if (errorCode === 0) group.positions.told(name, partitionIndex, Number(committedOffset), atMs, nowMs);
    }
  }
}

export function offsetsDeleted(
  exchange: GroupExchange,
  { groupId }: OffsetDeleteRequest,
  { topics }: OffsetDeleteResponse,
): void {
  const group = exchange.known(groupId);
  for (const { name, partitions } of topics) {
    for (const { partitionIndex, errorCode } of partitions) {
      if (errorCode === 0) group?.positions.deleted(name, partitionIndex);
    }
  }
}

export function groupsDeleted(exchange: GroupExchange, { results }: DeleteGroupsResponse): void {
  for (const { groupId, errorCode } of results) if (errorCode === 0) exchange.drop(groupId);
}
