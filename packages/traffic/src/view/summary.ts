import type { TapError, TapEvent, TapTopic } from "./tap-event.ts";

/** What an event's partitions add up to; undefined where nothing was told of records. */
export interface RecordsSummary {
  readonly records: number;
  readonly bytes: number;
  /** In the order that they were found. */
  readonly codecs: readonly string[];
}

export function recordsOf({ topics = [] }: TapEvent): RecordsSummary | undefined {
  const all = topics.flatMap(({ partitions }) => partitions);
  if (all.every(({ records }) => records === undefined)) return undefined;
  return {
    records: all.reduce((sum, { records = 0 }) => sum + records, 0),
    bytes: all.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
    codecs: [...new Set(all.flatMap(({ codec }) => (codec === undefined ? [] : [codec])))],
  };
}

/** `orders/3` for one partition, `orders[2]` for several, `orders` for none. */
export function topicText({ topic, partitions }: TapTopic): string {
  const [first] = partitions;
  if (first === undefined) return topic;
  return partitions.length === 1 ? `${topic}/${first.partition}` : `${topic}[${partitions.length}]`;
}

/** `NOT_LEADER_OR_FOLLOWER(orders/3)`: each error once, with where it was. */
export function errorsText(errors: readonly TapError[], maxPlaces: number): string[] {
  const places = new Map<string, string[]>();
  for (const { error, where } of errors) {
    let known = places.get(error);
    if (known === undefined) places.set(error, (known = []));
    if (where !== null) known.push(where);
  }
  return [...places].map(([error, where]) => {
    if (where.length === 0) return error;
    const more = where.length > maxPlaces ? `,+${where.length - maxPlaces}` : "";
    return `${error}(${where.slice(0, maxPlaces).join(",")}${more})`;
  });
}

/** `all`, as Kafka's clients say it, or the number. */
export function acksText(acks: number): string {
  return acks === -1 ? "all" : String(acks);
}

/** `broker-2`, or `bootstrap`. */
export function brokerText(broker: string): string {
  return /^-?\d+$/.test(broker) ? `broker-${broker}` : broker;
}
