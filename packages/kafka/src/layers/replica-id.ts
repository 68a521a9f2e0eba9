import { Fetch } from "../protocol/generated/fetch.ts";
import { ListOffsets } from "../protocol/generated/list-offsets.ts";
import { OffsetForLeaderEpoch } from "../protocol/generated/offset-for-leader-epoch.ts";
import { mayHaveAddresses } from "../protocol/fields/probe-addresses.ts";
import { walkOps } from "../protocol/fields/walk-program.ts";
import type { WalkProgram } from "../protocol/fields/walk-program.ts";
import type { KafkaRequest } from "../request.ts";
import { untouchedBody } from "./untouched-body.ts";

/** APIs in which a broker says that it is one: where replicas ask what consumers ask too. */
export const replicaApis: ReadonlySet<number> = new Set([
  Fetch.key,
  ListOffsets.key,
  OffsetForLeaderEpoch.key,
]);

/** From this version on the id is a tagged field at the end (KIP-903), before at the beginning. */
const taggedFrom = 15;
const consumer = -1;

/**
 * Which replica a Fetch, ListOffsets or OffsetForLeaderEpoch request says it is from: below 0 for a
 * consumer. The body is not decoded, but for a Fetch with a tagged field where the id may be.
 * @throws MalformedMessageError when it is decoded and cannot be
 */
export function replicaIdOf(request: KafkaRequest): number {
  if (!saysReplica(request)) return consumer;
  const tagged = request.is(Fetch) && request.apiVersion >= taggedFrom;
  const body = untouchedBody(request);
  if (body === undefined) return decodedReplicaId(request);
  if (tagged) return mayHaveAddresses(walkToReplicaState, body) ? decodedReplicaId(request) : consumer;
  if (body.length < 4) return decodedReplicaId(request);
  return new DataView(body.buffer, body.byteOffset).getInt32(0);
}

function saysReplica({ apiKey, apiVersion }: KafkaRequest): boolean {
  return apiKey !== OffsetForLeaderEpoch.key || apiVersion >= 3;
}

function decodedReplicaId(request: KafkaRequest): number {
  if (request.is(Fetch)) {
    const { replicaId, replicaState } = request.body;
    return request.apiVersion >= taggedFrom ? replicaState.replicaId : replicaId;
  }
  if (request.is(ListOffsets) || request.is(OffsetForLeaderEpoch)) return request.body.replicaId;
  return consumer;
}

/** The steps to the tagged fields of a Fetch request from version 15 on, of which 1 is ReplicaState. */
const walkToReplicaState: WalkProgram = program(1, [
  // MaxWaitMs, MinBytes, MaxBytes, IsolationLevel, SessionId, SessionEpoch.
  [walkOps.skip, 4 + 4 + 4 + 1 + 4 + 4],
  // Topics: ids and partitions.
  [walkOps.loop, 13],
  [walkOps.skip, 16],
  [walkOps.loop, 9],
  [walkOps.skip, 4 + 4 + 8 + 4 + 8 + 4],
  [walkOps.tags, 0],
  [walkOps.tag, 0],
  [walkOps.tagSize, 0],
  [walkOps.next, 4],
  [walkOps.tags, 0],
  [walkOps.tag, 0],
  [walkOps.tagSize, 0],
  [walkOps.next, 2],
  // ForgottenTopicsData: ids and partitions.
  [walkOps.loop, 20],
  [walkOps.skip, 16],
  [walkOps.fixedArray, 4],
  [walkOps.tags, 0],
  [walkOps.tag, 0],
  [walkOps.tagSize, 0],
  [walkOps.next, 14],
  // RackId.
  [walkOps.compact, 0],
  [walkOps.tags, 0],
  [walkOps.tag, 1],
  [walkOps.tagSize, 1],
]);

function program(tag: number, steps: readonly (readonly [op: number, argument: number])[]): WalkProgram {
  return {
    ops: Uint8Array.from(steps, ([op]) => op),
    args: Int32Array.from(steps, ([, argument]) => argument),
    tag,
    depth: 2,
  };
}
