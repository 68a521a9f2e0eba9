import { Fetch } from "../protocol/generated/fetch.ts";
import { ListOffsets } from "../protocol/generated/list-offsets.ts";
import { OffsetForLeaderEpoch } from "../protocol/generated/offset-for-leader-epoch.ts";
import { mayHaveAddresses } from "../protocol/fields/probe-addresses.ts";
import { walkOps } from "../protocol/fields/walk-program.ts";
import type { WalkProgram } from "../protocol/fields/walk-program.ts";
import type { KafkaRequest } from "../request.ts";

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
  const frame = request.untouched ? request.toFrame() : undefined;
  const offset = frame === undefined ? undefined : bodyOffsetOf(frame, request);
  if (frame === undefined || offset === undefined) return decodedReplicaId(request);
  const body = frame.subarray(offset);
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

/** Behind size, API key, version, correlation id. */
const clientIdOffset = 12;

/** Where the body begins; undefined for a header with tagged fields, which nobody sends. */
function bodyOffsetOf(frame: Uint8Array, { api, apiVersion }: KafkaRequest): number | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const offset = clientIdOffset + 2 + Math.max(0, view.getInt16(clientIdOffset));
  if (api === null || api.requestHeaderVersion(apiVersion) < 2) return offset;
  return frame[offset] === 0 ? offset + 1 : undefined;
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
