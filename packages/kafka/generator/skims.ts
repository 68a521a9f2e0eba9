/**
 * Which parts of which messages are skimmed: read without decoding or allocating the rest, for
 * metrics. Paths are field names; a field that a version lacks is at its default there.
 */
export interface SkimSpec {
  readonly message: string;
  /** The array of structs of which each is one partition, and the one around it. */
  readonly topics: string;
  readonly partitions: string;
  /** Fields of the message that the skim returns. */
  readonly head: readonly string[];
  /** Fields of a topic and of a partition that are told, and under which name. */
  readonly topic: Readonly<Record<string, string>>;
  readonly partition: Readonly<Record<string, string>>;
  /** The field whose batches are counted, if there is one. */
  readonly records: string | null;
}

export const skims: readonly SkimSpec[] = [
  {
    message: "ProduceRequest",
    topics: "topicData",
    partitions: "partitionData",
    head: ["transactionalId", "acks", "timeoutMs"],
    topic: { name: "topic", topicId: "topicId" },
    partition: { index: "partition" },
    records: "records",
  },
  {
    message: "ProduceResponse",
    topics: "responses",
    partitions: "partitionResponses",
    head: ["throttleTimeMs"],
    topic: { name: "topic", topicId: "topicId" },
    partition: { index: "partition", errorCode: "errorCode", baseOffset: "baseOffset" },
    records: null,
  },
  {
    message: "FetchResponse",
    topics: "responses",
    partitions: "partitions",
    head: ["throttleTimeMs", "errorCode", "sessionId"],
    topic: { topic: "topic", topicId: "topicId" },
    partition: { partitionIndex: "partition", errorCode: "errorCode", highWatermark: "highWatermark" },
    records: "records",
  },
  {
    message: "ShareFetchResponse",
    topics: "responses",
    partitions: "partitions",
    head: ["throttleTimeMs", "errorCode"],
    topic: { topicId: "topicId" },
    partition: { partitionIndex: "partition", errorCode: "errorCode" },
    records: "records",
  },
];
