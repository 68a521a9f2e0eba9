import type { KafkaRequest } from "@pagoda/kafka";
import { Reader, readRequestFrame, zeroUuid } from "@pagoda/kafka/protocol";

/** What stands before the records of a Produce request. */
export interface HeadOfProduce {
  readonly name: string;
  readonly topicId: string;
  /** Undefined if there are several. */
  readonly partition: number | undefined;
}

/**
 * The one topic of a Produce request that is not `whole`, from what is there of it; undefined if it is
 * about several, of which the others stand behind records.
 * @throws MalformedMessageError or WireError
 */
export function headOfProduce(request: KafkaRequest): HeadOfProduce | undefined {
  const { bytes, bodyOffset, apiVersion: version } = readRequestFrame(request.toFrame().subarray(4));
  const reader = new Reader();
  reader.reset(bytes.subarray(bodyOffset));
  const flexible = version >= 9;
  if (flexible) reader.compactNullableString();
  else if (version >= 3) reader.nullableString();
  reader.int16();
  reader.int32();
  const topics = flexible ? reader.compactCount(1) : reader.count(1);
  if (topics !== 1) return undefined;
  const name = version >= 13 ? "" : flexible ? reader.compactString() : reader.string();
  const topicId = version >= 13 ? reader.uuid() : zeroUuid;
  const partitions = flexible ? reader.compactCount(1) : reader.count(1);
  const partition = partitions === 1 ? reader.int32() : undefined;
  reader.check();
  return { name, topicId, partition };
}
