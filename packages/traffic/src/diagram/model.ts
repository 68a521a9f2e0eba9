import { printable } from "../view/printable.ts";
import { acksText, brokerText, errorsText, recordsOf, topicText } from "../view/summary.ts";
import type { TapEvent } from "../view/tap-event.ts";
import { formatMs } from "../view/units.ts";
import { reactionTo } from "./client-reactions.ts";

/** One of the columns of a diagram. */
export interface Participant {
  /** Letters, digits and `_`; unique. */
  readonly id: string;
  readonly label: string;
}

/** What happens, from top to bottom. */
export type Step =
  | {
      readonly kind: "message";
      readonly from: Participant;
      readonly to: Participant;
      readonly text: string;
      /** `oneWay` wants no answer; `broken` never came. */
      readonly arrow: "request" | "answer" | "oneWay" | "broken";
      readonly isError: boolean;
    }
  | { readonly kind: "note"; readonly over: readonly [Participant, Participant]; readonly text: string };

export interface Diagram {
  /** Clients, then proxies, then brokers. */
  readonly participants: readonly Participant[];
  readonly steps: readonly Step[];
  /** One line. */
  readonly title: string;
}

/** Topics and places of errors that a message names. */
const maxNamed = 3;
/** Longest name or message text, before it is escaped. */
const maxChars = 120;

interface Timed {
  readonly at: number;
  readonly event: TapEvent;
  readonly make: (follows: boolean) => Step;
}

/** The columns and arrows of events, in the order of time, whatever the order of the events. */
export function diagramOf(events: readonly TapEvent[]): Diagram {
  const columns = { client: new Columns("C"), proxy: new Columns("P"), broker: new Columns("B") };
  const timed: Timed[] = [];
  for (const event of events) {
    const client = columns.client.of(clientText(event));
    const proxy = columns.proxy.of(`pagoda/${event.listener}`);
    timed.push(...stepsOf(event, client, proxy, columns.broker, events));
  }
  // Sorting is stable: what happens at the same time stays in the order of its exchange.
  timed.sort((a, b) => a.at - b.at);
  const steps = timed.map(({ event, make }, index) => make(timed[index - 1]?.event === event));
  const { client, proxy, broker } = columns;
  const title = events.length === 0 ? "no requests" : `${events.length} requests`;
  return {
    participants: [...client.all, ...proxy.all, ...broker.all],
    steps,
    title: events.length === 1 ? "1 request" : title,
  };
}

/** Participants of one kind, by their labels. */
class Columns {
  readonly #prefix: string;
  readonly #known = new Map<string, Participant>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get all(): Participant[] {
    // Brokers by their numbers, clients in the order that they came.
    const all = [...this.#known.values()];
    return this.#prefix === "B" ? all.toSorted((a, b) => compare(a.label, b.label)) : all;
  }

  /** @param node the number of a broker, which is its id in the diagram as well */
  of(label: string, node?: string): Participant {
    const shown = clean(label);
    let one = this.#known.get(shown);
    if (one === undefined) {
      const size = this.#known.size;
      const own = node !== undefined && /^\d+$/.test(node) ? node : `_${size + 1}`;
      const counted = size === 0 ? "" : String(size + 1);
      one = { id: this.#prefix + (node === undefined ? counted : own), label: shown };
      this.#known.set(shown, one);
    }
    return one;
  }
}

function compare(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

function stepsOf(
  event: TapEvent,
  client: Participant,
  proxy: Participant,
  brokers: Columns,
  events: readonly TapEvent[],
): Timed[] {
  const { at, correlationId, latencyMs, brokerMs, sentAfterMs, noAnswer, answeredBy } = event;
  const oneWay = noAnswer === "none";
  const arrow = oneWay ? "oneWay" : "request";
  const result = resultText(event);
  const isError = event.errors.length > 0 || (noAnswer !== undefined && !oneWay);
  const steps: Timed[] = [];
  const add = (afterMs: number, make: Timed["make"]): void =>
    void steps.push({ at: at + afterMs, event, make });
  const answer =
    (from: Participant, to: Participant, ms: number | null, more = "") =>
    (follows: boolean): Step => {
      const id = follows ? "" : `${correlationId} `;
      const took = ms === null ? "" : ` (${formatMs(ms)})`;
      const text = clean(`${id}${result}${took}${more}`);
      return { kind: "message", from, to, text, arrow: "answer", isError };
    };

  add(0, () => ({
    kind: "message",
    from: client,
    to: proxy,
    text: requestText(event),
    arrow,
    isError: false,
  }));
  let lastMs = 0;
  if (sentAfterMs !== null) {
    const broker = brokers.of(brokerText(event.broker), event.broker);
    const text = `${correlationId} (+${formatMs(sentAfterMs)})`;
    add(sentAfterMs, () => ({ kind: "message", from: proxy, to: broker, text, arrow, isError: false }));
    lastMs = sentAfterMs;
    if (brokerMs !== null) {
      lastMs += brokerMs;
      add(lastMs, answer(broker, proxy, brokerMs));
    }
  }
  if (noAnswer !== undefined) {
    if (!oneWay) {
      const text = clean(`${correlationId} no answer: ${noAnswer}`);
      add(lastMs, () => ({ kind: "message", from: proxy, to: client, text, arrow: "broken", isError: true }));
    }
    return steps;
  }
  lastMs = Math.max(latencyMs ?? 0, lastMs);
  const by = answeredBy === null ? "" : ` by ${answeredBy}`;
  add(lastMs, answer(proxy, client, latencyMs, by));
  const note = noteOf(event, events);
  if (note !== undefined) add(lastMs, () => ({ kind: "note", over: [client, proxy], text: note }));
  return steps;
}

function requestText(event: TapEvent): string {
  const { correlationId, api, apiVersion, topics = [], group, acks } = event;
  const records = recordsOf(event);
  const named = topics.slice(0, maxNamed).map(topicText);
  if (topics.length > maxNamed) named.push(`+${topics.length - maxNamed}`);
  const parts = [`${correlationId} ${api}/v${apiVersion}`];
  if (named.length > 0) {
    parts.push(
      topics.every(({ partitions }) => partitions.length === 0) ? `[${named.join(",")}]` : named.join(","),
    );
  }
  if (group !== undefined) parts.push(`group=${group}`);
  if (acks !== undefined && records !== undefined) parts.push(`${records.records} rec`);
  if (acks !== undefined) parts.push(`acks=${acksText(acks)}`);
  return clean(parts.join(" "));
}

function resultText(event: TapEvent): string {
  const errors = errorsText(event.errors, maxNamed);
  if (errors.length === 0) {
    const records = event.acks === undefined ? recordsOf(event) : undefined;
    return records === undefined ? "ok" : `ok ${records.records} rec`;
  }
  // Of the only partition the request says already which it is.
  const only = (event.topics ?? []).flatMap(({ partitions }) => partitions).length === 1;
  const shown = only ? [...new Set(event.errors.map(({ error }) => error))] : errors;
  return shown.slice(0, maxNamed).join(" ");
}

/** What the client does next: what Kafka's clients do, and what it did, where that can be seen. */
function noteOf(event: TapEvent, events: readonly TapEvent[]): string | undefined {
  const reaction = event.errors.map(({ error }) => reactionTo(error)).find((one) => one !== undefined);
  if (reaction === undefined) return undefined;
  const answeredAt = event.at + (event.latencyMs ?? 0);
  const next = events.find(
    (one) => one.at >= answeredAt && one.client === event.client && isSame(one, event) && one !== event,
  );
  if (next === undefined) return `${reaction} (retry.backoff.ms)`;
  return clean(`${reaction}: at ${brokerText(next.broker)} after ${formatMs(next.at - answeredAt)}`);
}

/** Another attempt at the same: as far as can be seen. */
function isSame(one: TapEvent, other: TapEvent): boolean {
  return (
    one.api === other.api && one.topics?.[0]?.topic === other.topics?.[0]?.topic && one.group === other.group
  );
}

function clientText({ client, software }: TapEvent): string {
  const name = client === null || client === "" ? "client" : client;
  return software === null ? name : `${name} (${software.replace(/^apache-kafka-/, "")})`;
}

/** Without what is not printable, and not longer than can be read. */
function clean(text: string): string {
  const shown = printable(text).replaceAll(/\s+/gu, " ").trim();
  return shown.length > maxChars ? `${shown.slice(0, maxChars - 1)}…` : shown;
}
