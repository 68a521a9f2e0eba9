import type { KafkaRequest, KafkaResponse } from "@pagoda/kafka";
import {
  BatchCursor,
  readRequestFrame,
  readResponseFrame,
  skimFetchResponse,
  skimProduceRequest,
  skimProduceResponse,
  skimShareFetchResponse,
  zeroUuid,
} from "@pagoda/kafka/protocol";
import type { AnyApi, SkimmedPartition } from "@pagoda/kafka/protocol";

/** What metrics need of one partition of a Produce or Fetch message. */
export type PartitionFacts = Pick<
  SkimmedPartition,
  | "topic"
  | "topicId"
  | "partition"
  | "errorCode"
  | "highWatermark"
  | "recordsBytes"
  | "batches"
  | "records"
  | "baseOffset"
  | "baseTimestamp"
  | "maxTimestamp"
  | "codec"
>;

/** A partition without records, and nothing known of it. */
export const noRecords = {
  highWatermark: -1,
  recordsBytes: 0,
  batches: 0,
  records: 0,
  baseOffset: -1,
  baseTimestamp: -1,
  maxTimestamp: -1,
  codec: -1,
} as const;

/** What stands beside the partitions of a response. */
export interface ResponseHead {
  readonly throttleTimeMs: number;
  /** Of the whole response; 0 where it has no place for one. */
  readonly errorCode: number;
}

type Tell = (partition: PartitionFacts) => void;

export const produceKey = 0;
const fetchKey = 1;

/** Produce, Fetch and ShareFetch: their responses are told partition by partition. */
export function hasPartitions(apiKey: number): boolean {
  return apiKey === produceKey || isFetch(apiKey);
}

/** Fetch and ShareFetch: a request waits at the broker until there are records, or for as long as it allows. */
export function isFetch(apiKey: number): boolean {
  return apiKey === fetchKey || apiKey === 78;
}

/**
 * Tells the partitions of a whole Produce request, and its acks with each. Nothing is decoded.
 * @throws MalformedMessageError
 */
export function tellRequest(
  request: KafkaRequest,
  tell: (partition: PartitionFacts, acks: number) => void,
): void {
  const { apiVersion } = request;
  const body = requestBody(request.toFrame(), request.api as AnyApi, apiVersion);
  const acks = acksOf(body, apiVersion);
  skimProduceRequest(body, apiVersion, (partition) => tell(partition, acks));
}

/** They stand behind the transactional id, which is null of nearly all. */
function acksOf(body: Uint8Array, version: number): number {
  let at = 0;
  if (version >= 9) {
    let length = 0;
    for (let shift = 0, byte = 0x80; byte >= 0x80; shift += 7) {
      byte = body[at++] ?? 0;
      length |= (byte & 0x7f) << shift;
    }
    at += Math.max(length - 1, 0);
  } else if (version >= 3) at = 2 + Math.max(int16At(body, 0), 0);
  return int16At(body, at);
}

/** Of bytes that are not there, 0: whoever reads the rest says what is missing. */
function int16At(bytes: Uint8Array, at: number): number {
  return ((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)) << 16) >> 16;
}

/**
 * Tells the partitions of a whole response: from its bytes, or from its body where a layer made one.
 * @throws MalformedMessageError
 */
export function tellResponse(response: KafkaResponse, tell: Tell): ResponseHead {
  if (!response.untouched) return tellBody(response.body as Body, tell);
  const { apiKey, apiVersion } = response;
  const body = responseBody(response.toFrame(response.correlationId), response.api as AnyApi, apiVersion);
  if (apiKey === fetchKey) return skimFetchResponse(body, apiVersion, tell);
  if (apiKey !== produceKey) return skimShareFetchResponse(body, apiVersion, tell);
  return { ...skimProduceResponse(body, apiVersion, tell), errorCode: 0 };
}

/** Bytes of a frame before the body, when the header has no tagged fields. */
const plainResponseHeader = [8, 9] as const;

/** What lies behind the header of a response, whatever its size; its head, where there is not more. */
export function responseBody(frame: Uint8Array, api: AnyApi, version: number): Uint8Array {
  const flexible = api.responseHeaderVersion(version) >= 1;
  if (!flexible) return behind(frame, plainResponseHeader[0]);
  if (frame[8] === 0) return behind(frame, plainResponseHeader[1]);
  return behind(frame, 4 + readResponseFrame(behind(frame, 4), api, version).bodyOffset);
}

/** What lies behind the header of a request; its head, where there is not more. */
export function requestBody(frame: Uint8Array, api: AnyApi, version: number): Uint8Array {
  const idBytes = ((frame[12] as number) << 8) | (frame[13] as number);
  // -1 is null.
  const afterId = 14 + (idBytes === 0xffff ? 0 : idBytes);
  const headerVersion = api.requestHeaderVersion(version);
  if (headerVersion === 1) return behind(frame, afterId);
  if (headerVersion === 2 && frame[afterId] === 0) return behind(frame, afterId + 1);
  return behind(frame, 4 + readRequestFrame(behind(frame, 4)).bodyOffset);
}

// Not `subarray`, which costs several times that.
function behind({ buffer, byteOffset, length }: Uint8Array, offset: number): Uint8Array {
  return new Uint8Array(buffer, byteOffset + offset, Math.max(length - offset, 0));
}

/** A decoded Produce, Fetch or ShareFetch response, as far as it is read here. */
interface Body {
  readonly throttleTimeMs: number;
  readonly errorCode?: number;
  readonly responses: readonly BodyTopic[];
}

interface BodyTopic {
  readonly name?: string;
  readonly topic?: string;
  readonly topicId?: string;
  readonly partitionResponses?: readonly BodyPartition[];
  readonly partitions?: readonly BodyPartition[];
}

interface BodyPartition {
  readonly index?: number;
  readonly partitionIndex?: number;
  readonly errorCode: number;
  readonly highWatermark?: bigint;
  readonly baseOffset?: bigint;
  readonly records?: Uint8Array | null;
}

const cursor = new BatchCursor();

function tellBody({ throttleTimeMs, errorCode = 0, responses }: Body, tell: Tell): ResponseHead {
  for (const topic of responses) {
    const { topicId = zeroUuid } = topic;
    const name = topic.name ?? topic.topic ?? "";
    for (const one of topic.partitionResponses ?? topic.partitions ?? []) {
      const partition = one.index ?? one.partitionIndex ?? -1;
      const { errorCode: code, highWatermark = -1n, baseOffset = -1n, records } = one;
      const facts = {
        ...noRecords,
        topic: name,
        topicId,
        partition,
        errorCode: code,
        highWatermark: Number(highWatermark),
        baseOffset: Number(baseOffset),
      };
      if (records !== null && records !== undefined) countRecords(records, facts);
      tell(facts);
    }
  }
  return { throttleTimeMs, errorCode };
}

function countRecords(bytes: Uint8Array, facts: PartitionFacts): void {
  facts.recordsBytes = bytes.length;
  cursor.reset(bytes);
  while (cursor.next()) {
    if (facts.batches === 0) {
      facts.baseOffset = Number(cursor.baseOffset);
      facts.baseTimestamp = cursor.baseTimestampMs;
    }
    facts.batches += 1;
    // -1: a compressed entry of an old message set, which counts as one.
    facts.records += Math.abs(cursor.recordCount);
    facts.maxTimestamp = Math.max(facts.maxTimestamp, cursor.maxTimestampMs);
  }
}
