import { printable } from "./printable.ts";
import { acksText, brokerText, errorsText, recordsOf, topicText } from "./summary.ts";
import type { TapEvent, TapRecord } from "./tap-event.ts";
import { formatBytes, formatMs } from "./units.ts";

/** Topics and offsets that are named in a line. */
const maxNamed = 5;

/**
 * An event as `pagoda tap` prints it: a line for the request, one for the answer, and one for each
 * record that it has. Names are quoted where they would be taken for something else, and nothing in
 * them does anything to a terminal.
 */
export function formatTapLine(event: TapEvent): string {
  const lines = [requestLine(event), responseLine(event)];
  for (const record of event.records ?? []) lines.push(recordLine(event, record));
  return lines.join("\n");
}

/** A line of `key=value`, without those that are not there. */
function line(kind: string, id: string, values: Readonly<Record<string, string | undefined>>): string {
  const said = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${value}`],
  );
  return `${kind} id=${id} in  ${said.join(" ")}`;
}

function requestLine(event: TapEvent): string {
  const { client, principal, topics = [], group, acks } = event;
  const written = event.acks === undefined ? undefined : recordsOf(event);
  return line("req", event.id, {
    client: client === null ? "-" : name(client),
    principal: principal === null ? undefined : name(principal),
    src: event.source,
    dst: name(brokerText(event.broker)),
    tls: String(event.tls),
    api: `${name(event.api)}/v${event.apiVersion}`,
    topics: topics.length === 0 ? undefined : list(topics.map((topic) => name(topicText(topic)))),
    group: group === undefined ? undefined : name(group),
    records: written === undefined ? undefined : String(written.records),
    bytes: formatBytes(written === undefined ? event.requestBytes : written.bytes),
    acks: acks === undefined ? undefined : acksText(acks),
    codec: written === undefined ? undefined : written.codecs.join(",") || undefined,
  });
}

function responseLine(event: TapEvent): string {
  const { latencyMs, brokerMs, answeredBy, noAnswer, errors } = event;
  if (noAnswer !== undefined) {
    const none = noAnswer === "none" ? "none (acks=0)" : `none (${name(noAnswer)})`;
    return line("rsp", event.id, { answer: none, errors: errorList(event) });
  }
  const read = event.acks === undefined ? recordsOf(event) : undefined;
  return line("rsp", event.id, {
    latency: latencyMs === null ? undefined : formatMs(latencyMs),
    broker: brokerMs === null ? undefined : formatMs(brokerMs),
    proxy: latencyMs === null ? undefined : formatMs(Math.max(latencyMs - (brokerMs ?? 0), 0)),
    throttle: formatMs(event.throttleMs),
    answered: answeredBy === null ? undefined : name(answeredBy),
    records: read === undefined ? undefined : String(read.records),
    bytes: read === undefined ? undefined : formatBytes(read.bytes),
    codec: read === undefined ? undefined : read.codecs.join(",") || undefined,
    errors: errors.length === 0 ? "-" : errorList(event),
    offsets: offsets(event),
  });
}

function errorList({ errors }: TapEvent): string | undefined {
  return errors.length === 0 ? undefined : list(errorsText(errors, 3).map(name));
}

/** Where records were written, or read from: `orders/5@88121`. */
function offsets({ topics = [] }: TapEvent): string | undefined {
  const all = topics.flatMap(({ topic, partitions }) =>
    partitions.flatMap(({ partition, offset }) =>
      offset === undefined ? [] : [name(`${topic}/${partition}@${offset}`)],
    ),
  );
  return all.length === 0 ? undefined : list(all);
}

function recordLine({ id }: TapEvent, { topic, partition, offset, key, headers, value }: TapRecord): string {
  return line("rec", id, {
    at: name(`${topic}/${partition}${offset === null ? "" : `@${offset}`}`),
    key: key === null ? "null" : quoted(key),
    headers:
      headers.length === 0
        ? undefined
        : headers
            .map((one) => `${name(one.key)}:${one.value === null ? "null" : quoted(one.value)}`)
            .join(","),
    value: value === undefined ? undefined : value === null ? "null" : quoted(value),
  });
}

function list(names: readonly string[]): string {
  const more = names.length > maxNamed ? `,+${names.length - maxNamed}` : "";
  return `${names.slice(0, maxNamed).join(",")}${more}`;
}

function quoted(text: string): string {
  return `"${printable(text).replaceAll('"', '\\"')}"`;
}

function name(text: string): string {
  return text === "" || /[\s="]/u.test(text) ? quoted(text) : printable(text);
}
