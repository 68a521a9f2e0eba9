import { whole } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import { KafkaApiError, onApi } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest, KafkaResponse } from "@pagoda/kafka";
import { ApiVersions, decodeBatch, kafkaErrorNamed, Produce, walkBatches } from "@pagoda/kafka/protocol";
import type {
  ApiVersionsResponse,
  BatchRecord,
  ProduceRequest,
  ProduceRequestPartitionProduceData,
  ProduceResponse,
} from "@pagoda/kafka/protocol";

/**
 * Refuses records above a limit of their topic with MESSAGE_TOO_LARGE, as a broker does with batches
 * above `max.message.bytes`. Partitions of the same request without such a record go on.
 *
 * Put it above whatever counts or copies records: what is refused was never there.
 */
export interface RecordLimitOptions {
  /** Largest record by topic, in bytes: key, value and headers, uncompressed. Others have no limit. */
  readonly maxRecordBytes: Readonly<Record<string, number>>;
}

/** The last version of Produce in which topics have names: later ones have ids. */
const lastWithNames = 12;

/** Partitions that are kept from the broker, and what their producer shall be told. */
type Refused = ProduceResponse["responses"];

export function recordLimit({ maxRecordBytes }: RecordLimitOptions): SameLayer<KafkaRequest, KafkaAnswer> {
  const limits = new Map(Object.entries(maxRecordBytes));
  for (const [topic, limit] of limits) whole(`maxRecordBytes of ${topic}`, limit, 0);
  // What the request hook has to tell the response hook. Requests that are never answered leave it, too.
  const refusedOf = new WeakMap<KafkaRequest, Refused>();

  const checkRecords = onApi(Produce, {
    request: (request) => {
      if (request.apiVersion > lastWithNames) {
        throw new KafkaApiError(
          "UNSUPPORTED_VERSION",
          `Produce is understood up to version ${lastWithNames}`,
        );
      }
      const { allowed, refused } = split(request.body, limits);
      if (refused.length === 0) return request;
      // Nobody reads an answer: the connection is closed, as a broker does it.
      if (!request.expectsResponse) throw new KafkaApiError("MESSAGE_TOO_LARGE", "a record is too large");
      if (allowed.length === 0) return request.respond(Produce.response.of({ responses: refused }));
      const rest = request.withBody({ ...request.body, topicData: allowed });
      refusedOf.set(rest, refused);
      return rest;
    },
    response: (response, request) => {
      const refused = refusedOf.get(request);
      return refused === undefined ? response : withRefused(response, refused);
    },
  });
  const nameTopics = onApi(ApiVersions, { response: withoutTopicIds });
  return (inner) => nameTopics(checkRecords(inner));
}

/** Clients speak the latest version that is offered to them. */
function withoutTopicIds(response: KafkaResponse<ApiVersionsResponse>): KafkaResponse<ApiVersionsResponse> {
  const apiKeys = response.body.apiKeys.map((api) =>
    api.apiKey === Produce.key && api.maxVersion > lastWithNames
      ? { ...api, maxVersion: lastWithNames }
      : api,
  );
  return response.withBody({ ...response.body, apiKeys });
}

function withRefused(
  response: KafkaResponse<ProduceResponse>,
  refused: Refused,
): KafkaResponse<ProduceResponse> {
  // A topic may be there twice: clients go through all of them.
  return response.withBody({ ...response.body, responses: [...response.body.responses, ...refused] });
}

function split(body: ProduceRequest, limits: ReadonlyMap<string, number>) {
  const allowed: ProduceRequest["topicData"][number][] = [];
  const refused: Refused[number][] = [];
  for (const topic of body.topicData) {
    const limit = limits.get(topic.name) ?? Infinity;
    const large = topic.partitionData.filter(({ records }) => records !== null && exceeds(records, limit));
    const rest = topic.partitionData.filter((partition) => !large.includes(partition));
    if (rest.length > 0) allowed.push({ ...topic, partitionData: rest });
    if (large.length > 0) refused.push(refusal(topic.name, limit, large));
  }
  return { allowed, refused };
}

/** Has it a record above the limit? A batch below it as a whole is not looked into. */
function exceeds(records: Uint8Array, limit: number): boolean {
  for (const batch of walkBatches(records)) {
    const plain = batch.compression === "none";
    if ((plain && batch.size <= limit) || limit === Infinity) continue;
    if (decodeBatch(batch).records.some((record) => bytesOf(record) > limit)) return true;
  }
  return false;
}

function bytesOf({ key, value, headers }: BatchRecord): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers) bytes += Buffer.byteLength(header.key) + (header.value?.length ?? 0);
  return bytes;
}

function refusal(
  name: string,
  limit: number,
  partitions: readonly ProduceRequestPartitionProduceData[],
): Refused[number] {
  const { code } = kafkaErrorNamed("MESSAGE_TOO_LARGE");
  const errorMessage = `records of ${name} have at most ${limit} bytes here`;
  const partitionResponses = partitions.map(({ index }) => ({
    index,
    errorCode: code,
    errorMessage,
    baseOffset: -1n,
  }));
  const [topic] = Produce.response.of({ responses: [{ name, partitionResponses }] }).responses;
  return topic as Refused[number];
}
