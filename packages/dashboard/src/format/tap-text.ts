import type { TapEvent } from "@pagoda/traffic/view";

import { amount, bytes, listText } from "./figures.ts";

/** What a request was about, in a line: `orders[2] 118 rec 9.4KiB`. */
export function aboutText({ topics = [], group, requestBytes }: TapEvent): string {
  const partitions = topics.flatMap((topic) => topic.partitions);
  const records = partitions.reduce((sum, partition) => sum + (partition.records ?? 0), 0);
  return [
    ...(topics.length > 0 ? [listText(topics.map((t) => `${t.topic}[${t.partitions.length}]`))] : []),
    ...(records > 0 ? [`${amount(records)} rec`] : []),
    ...(group === undefined ? [] : [`group ${group}`]),
    bytes(requestBytes),
  ].join(" ");
}

/** How it ended, where it did not end well; empty where it did. */
export function outcomeText({ errors, noAnswer }: TapEvent): string {
  if (errors.length > 0) return listText([...new Set(errors.map((each) => each.error))]);
  return noAnswer === undefined || noAnswer === "none" ? "" : noAnswer;
}

/** Nodes are told by number, others by what they are called. */
export function brokerText(broker: string): string {
  return /^\d+$/.test(broker) ? `broker-${broker}` : broker;
}

/** One JSON document a line. */
export function jsonLines(events: readonly TapEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}
