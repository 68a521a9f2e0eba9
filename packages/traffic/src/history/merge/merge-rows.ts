import type {
  ApiState,
  BrokerState,
  ClientState,
  EdgeState,
  ListenerState,
  PartitionState,
  TopicState,
} from "../../state/state.ts";
import { flows } from "../counts.ts";
import { mergeAnswers } from "./answers.ts";
import { mergeTimelines } from "./merge-timelines.ts";
import { added, united, uniteBy } from "./unite.ts";

/** As many as `ClientState` says of each of its lists. */
const maxNames = 10;

export function mergeListeners(one: ListenerState, other: ListenerState): ListenerState {
  return {
    listener: one.listener,
    ...mergeAnswers(one, other),
    ...added(one, other, [
      "connections",
      "bytesIn",
      "bytesOut",
      "totalMs",
      "brokerMs",
      "sent",
      "plaintextRemote",
    ]),
  };
}

/** Of several processes' last latencies nobody knows which was last: the greatest is said. */
export function mergeApis(one: ApiState, other: ApiState): ApiState {
  return {
    listener: one.listener,
    api: one.api,
    client: one.client,
    versions: [...new Set([...one.versions, ...other.versions])].toSorted((a, b) => a - b),
    bestMs: least(one.bestMs, other.bestMs),
    worstMs: Math.max(one.worstMs, other.worstMs),
    lastMs: Math.max(one.lastMs, other.lastMs),
    ...mergeAnswers(one, other),
    ...added(one, other, ["totalMs", "brokerMs"]),
  };
}

export function mergeTopics(one: TopicState, other: TopicState): TopicState {
  const partitions = uniteBy(
    [one.partitions, other.partitions],
    ({ partition }) => String(partition),
    mergePartitions,
  );
  return {
    listener: one.listener,
    topic: one.topic,
    lastProducedMs: Math.max(one.lastProducedMs, other.lastProducedMs),
    partitionCount: Math.max(one.partitionCount, other.partitionCount, partitions.length),
    partitions,
    ...mergeAnswers(one, other),
    ...added(one, other, flows),
  };
}

/** A leader that moved did so once, however many processes were told: of moves, the most are taken. */
function mergePartitions(one: PartitionState, other: PartitionState): PartitionState {
  return {
    partition: one.partition,
    endOffset: Math.max(one.endOffset, other.endOffset),
    timeline: mergeTimelines(one.timeline, other.timeline),
    ...added(one, other, ["producedRecords", "producedBytes"]),
    leaderMoves: Math.max(one.leaderMoves, other.leaderMoves),
  };
}

export function mergeClients(one: ClientState, other: ClientState): ClientState {
  return {
    listener: one.listener,
    client: one.client,
    software: united(one.software, other.software, maxNames),
    auth: united(one.auth, other.auth, maxNames),
    oldVersions: united(one.oldVersions, other.oldVersions, maxNames),
    ...mergeAnswers(one, other),
    ...added(one, other, flows),
    ...added(one, other, [
      "connections",
      "opened",
      "uncompressedBatches",
      "unacknowledged",
      "metadataRequests",
      "emptyFetches",
      "commits",
      "throttledMs",
      "tlsConnections",
      "plainConnections",
    ]),
  };
}

export function mergeBrokers(one: BrokerState, other: BrokerState): BrokerState {
  return {
    listener: one.listener,
    nodeId: one.nodeId,
    ...mergeAnswers(one, other),
    ...added(one, other, ["inFlight", "connections"]),
  };
}

/** Where processes saw different logins for one edge, all are said. */
export function mergeEdges(one: EdgeState, other: EdgeState): EdgeState {
  return {
    listener: one.listener,
    from: one.from,
    fromKind: one.fromKind,
    to: one.to,
    toKind: one.toKind,
    op: one.op,
    ...added(one, other, ["requests", "failed", "records", "bytes", "tlsRequests"]),
    auth: united(one.auth.split(", "), other.auth.split(", "), maxNames).join(", "),
    lastMs: Math.max(one.lastMs, other.lastMs),
  };
}

/** -1 is for none. */
function least(one: number, other: number): number {
  if (one < 0 || other < 0) return Math.max(one, other);
  return Math.min(one, other);
}
