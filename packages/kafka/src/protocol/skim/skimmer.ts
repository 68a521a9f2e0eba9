import { asMalformed } from "../errors/as-malformed.ts";
import { UnsupportedVersionError } from "../errors/message-errors.ts";
import type { MessageSchema } from "../schema/schema.ts";
import { Reader } from "../wire/reader.ts";
import { zeroUuid } from "../wire/text.ts";
import type { SkimmedPartition } from "./skimmed-partition.ts";

/**
 * Tells `each` partition of a message in wire order, in one object that is reused: nothing is
 * allocated for a partition, and strings for topics only. Returns what stands beside the topics.
 * @throws MalformedMessageError, possibly after some partitions; UnsupportedVersionError; what
 *   `each` throws
 */
export type Skimmer<Head> = (
  bytes: Uint8Array,
  version: number,
  each: (partition: SkimmedPartition) => void,
) => Head;

type Read<Head> = (
  r: Reader,
  version: number,
  out: SkimmedPartition,
  each: (partition: SkimmedPartition) => void,
) => Head;

/** Makes a skimmer from its generated part. */
export function skimmer<Head>(schema: MessageSchema, read: Read<Head>): Skimmer<Head> {
  const { name, versions } = schema;
  const [min, max] = versions;
  const shared = new Reader();
  const sharedPartition = emptyPartition();
  let busy = false;

  return (bytes, version, each) => {
    if (!(version >= min && version <= max && version >> 0 === version)) {
      throw new UnsupportedVersionError(name, version, versions);
    }
    // `each` may skim another message of the same kind.
    const nested = busy;
    const reader = nested ? new Reader() : shared;
    busy = true;
    try {
      reader.reset(bytes);
      const head = read(reader, version, nested ? emptyPartition() : sharedPartition, each);
      reader.done();
      return head;
    } catch (error) {
      throw asMalformed(schema, bytes, version, error);
    } finally {
      reader.release();
      busy = nested;
    }
  };
}

function emptyPartition(): SkimmedPartition {
  return {
    topic: "",
    topicId: zeroUuid,
    partition: -1,
    errorCode: 0,
    highWatermark: -1,
    recordsBytes: 0,
    batches: 0,
    records: 0,
    baseOffset: -1,
    baseTimestamp: -1,
    maxTimestamp: -1,
    codec: -1,
    magic: -1,
  };
}
