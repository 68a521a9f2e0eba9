/**
 * One partition of a Produce request, or of a Produce, Fetch or ShareFetch response, as a skim tells
 * it. One object is reused for all of them: take out what is needed while it is being told.
 */
export interface SkimmedPartition {
  /** Empty in versions that identify topics by id. */
  topic: string;
  /** The zero uuid in versions that identify topics by name. */
  topicId: string;
  partition: number;
  /** Of a response; 0 in a request. */
  errorCode: number;
  /** Of a Fetch response; -1 elsewhere. */
  highWatermark: number;
  /** Bytes of the records field, framing and all; 0 if it is null or there is none. */
  recordsBytes: number;
  /** Complete batches, or entries of an old message set. A cut off last one does not count. */
  batches: number;
  /** Records that the batches say they hold. A compressed entry of an old message set counts as one. */
  records: number;
  /**
   * The offset of the first record: of a Produce response as the broker says it, elsewhere as the first
   * batch does; -1 without either. In a Produce request it is the client's, which brokers do not keep.
   */
  baseOffset: number;
  /** The first batch's base timestamp, ms since 1970; -1 without one. */
  baseTimestamp: number;
  /** The latest timestamp of all batches, ms since 1970; -1 without one. */
  maxTimestamp: number;
  /** How the first batch is compressed: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd; -1 without a batch. */
  codec: number;
  /** The first batch's format: 2, or 0 and 1 of old message sets; -1 without a batch. */
  magic: number;
}
