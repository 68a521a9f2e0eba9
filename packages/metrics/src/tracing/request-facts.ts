import type { Attributes } from "@opentelemetry/api";
import type { KafkaAnswer, KafkaRequest, TopicIds } from "@pagoda/kafka";
import { noResponse } from "@pagoda/kafka";
import { Fetch, Produce, ProtocolError, ShareFetch, WireError } from "@pagoda/kafka/protocol";

import { attributeNames } from "./conventions.ts";
import { headOfProduce } from "./head-of-produce.ts";
import { RecordContexts } from "./record-contexts.ts";
import type { RecordContextsOptions } from "./record-contexts.ts";

/** What spans say of a request, read when it has ended and is known to have some. */
export interface RequestFacts {
  /** The topic, where it is about one. */
  readonly destination: string | undefined;
  readonly attributes: Attributes;
  /** Undefined where it carries no records, or they are not in memory. */
  readonly produced: RecordContexts | undefined;
  readonly fetched: RecordContexts | undefined;
}

interface Parts {
  readonly topicIds: Pick<TopicIds, "nameOf"> | undefined;
  readonly records: RecordContextsOptions;
}

type Struct = Readonly<Record<string, unknown>>;

/** Reads what there is. A message that is not whole, or not readable, says less. */
export function factsOf(
  request: KafkaRequest,
  answer: KafkaAnswer | undefined,
  { topicIds, records }: Parts,
): RequestFacts {
  const attributes: Attributes = {};
  let places: readonly Struct[] = [];
  let produced: RecordContexts | undefined;
  let fetched: RecordContexts | undefined;
  const cutThrough = !request.whole || (answer !== undefined && answer !== noResponse && !answer.whole);
  if (cutThrough) attributes[attributeNames.cutThrough] = true;

  unlessUnreadable(() => {
    if (request.api === null) return;
    if (!request.whole) {
      const head = request.is(Produce) ? headOfProduce(request) : undefined;
      if (head !== undefined) places = [{ ...head, partitions: [head.partition] }];
      return;
    }
    const body = request.body as Struct;
    if (typeof body["groupId"] === "string") attributes[attributeNames.group] = body["groupId"];
    places = placesOf(body);
    if (!request.is(Produce)) return;
    produced = new RecordContexts(records);
    for (const { partitionData } of request.body.topicData) {
      for (const partition of partitionData) produced.add(partition.records);
    }
  });
  unlessUnreadable(() => {
    if (answer === undefined || answer === noResponse || !answer.whole) return;
    if (!answer.is(Fetch) && !answer.is(ShareFetch)) return;
    fetched = new RecordContexts(records);
    const { responses } = answer.body;
    // What came, not what was asked for: a session names partitions once.
    const told = responses.filter(({ partitions }) => partitions.length > 0);
    if (told.length > 0) places = told as unknown as readonly Struct[];
    for (const { partitions } of responses) {
      for (const partition of partitions) fetched.add(partition.records);
    }
  });

  const count = fetched?.records ?? produced?.records;
  if (count !== undefined) attributes[attributeNames.messageCount] = count;
  const unread = fetched?.unread ?? produced?.unread ?? 0;
  if (unread > 0) attributes[attributeNames.unreadRecords] = unread;
  const destination = destinationOf(places, topicIds, attributes);
  return { destination, attributes, produced, fetched };
}

/** The topics in a body, by whatever name; entries are structs or names. */
function placesOf(body: Struct): readonly Struct[] {
  const list = body["topicData"] ?? body["topics"] ?? body["topicNames"];
  if (!Array.isArray(list)) return [];
  return list.map((entry: unknown) => (typeof entry === "string" ? { name: entry } : (entry as Struct)));
}

/** The one topic, which goes into `attributes` with its one partition; undefined if there are more, or none. */
function destinationOf(
  places: readonly Struct[],
  topicIds: Parts["topicIds"],
  attributes: Attributes,
): string | undefined {
  let destination: string | undefined;
  for (const place of places) {
    const name = nameOf(place, topicIds);
    if (name === undefined || (destination !== undefined && destination !== name)) return undefined;
    destination = name;
  }
  if (destination === undefined) return undefined;
  attributes[attributeNames.destination] = destination;
  const partition = places.length === 1 ? partitionOf(places[0] as Struct) : undefined;
  if (partition !== undefined) attributes[attributeNames.partition] = String(partition);
  return destination;
}

function nameOf({ name, topic, topicId }: Struct, topicIds: Parts["topicIds"]): string | undefined {
  for (const given of [name, topic]) if (typeof given === "string" && given !== "") return given;
  return typeof topicId === "string" ? topicIds?.nameOf(topicId) : undefined;
}

function partitionOf({ partitionData, partitions }: Struct): number | undefined {
  const list = partitionData ?? partitions;
  if (!Array.isArray(list) || list.length !== 1) return undefined;
  const one: unknown = list[0];
  if (typeof one === "number") return one;
  if (typeof one !== "object") return undefined;
  const { index, partition, partitionIndex } = one as Struct;
  return [index, partition, partitionIndex].find((value) => typeof value === "number");
}

function unlessUnreadable(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ProtocolError) && !(error instanceof WireError)) throw error;
  }
}
