import { ApiRecord } from "./api-record.ts";
import { BrokerRecord } from "./broker-record.ts";
import { ClientRecord } from "./client-record.ts";
import { EdgeRecord } from "./edge-record.ts";
import type { EdgeEnds } from "./edge-record.ts";
import { ListenerRecord } from "./listener-record.ts";
import { otherName, unknownIdName } from "./names.ts";
import type { Timeline } from "./partition-record.ts";
import { rowIdleMs, Table } from "./table.ts";
import { TopicRecord } from "./topic-record.ts";

/** Rows of each kind, of all listeners together; names are bounded before that. */
const bounds = {
  topics: { maxRows: 5_000, idleMs: rowIdleMs },
  clients: { maxRows: 2_000, idleMs: rowIdleMs },
  edges: { maxRows: 5_000, idleMs: rowIdleMs },
  apis: { maxRows: 2_000, idleMs: undefined },
  brokers: { maxRows: 1_000, idleMs: undefined },
} as const;

/** All that is counted, found by what it is of. Names are those that are shown. */
export class Tables {
  readonly topics: Table<TopicRecord> = new Table(bounds.topics);
  readonly clients: Table<ClientRecord> = new Table(bounds.clients);
  readonly edges: Table<EdgeRecord> = new Table(bounds.edges);
  readonly apis: Table<ApiRecord> = new Table(bounds.apis);
  readonly brokers: Table<BrokerRecord> = new Table(bounds.brokers);
  readonly #listeners = new Map<string, ListenerRecord>();
  readonly #newTimeline: () => Timeline;

  constructor(newTimeline: () => Timeline) {
    this.#newTimeline = newTimeline;
  }

  get listeners(): readonly ListenerRecord[] {
    return [...this.#listeners.values()];
  }

  listener(listener: string): ListenerRecord {
    let record = this.#listeners.get(listener);
    if (record === undefined) this.#listeners.set(listener, (record = new ListenerRecord(listener)));
    return record;
  }

  topic(listener: string, topic: string, nowMs: number): TopicRecord {
    const key = keyOf(listener, topic);
    const make = (name: string) => (): TopicRecord => {
      const isOne = name !== unknownIdName && name !== otherName;
      return new TopicRecord(listener, name, this.#newTimeline, isOne);
    };
    return this.topics.get(key) ?? this.topics.add(key, nowMs, make(topic), listener, make(otherName));
  }

  /** It is not idle, though nothing passes. */
  keepTopic(listener: string, topic: string, nowMs: number): void {
    const row = this.topics.get(keyOf(listener, topic));
    if (row !== undefined) row.lastMs = nowMs;
  }

  client(listener: string, client: string, nowMs: number): ClientRecord {
    const key = keyOf(listener, client);
    const make = (name: string) => (): ClientRecord => new ClientRecord(listener, name);
    return this.clients.get(key) ?? this.clients.add(key, nowMs, make(client), listener, make(otherName));
  }

  api(listener: string, api: string, client: string, nowMs: number): ApiRecord {
    const left = keyOf(listener, api);
    const key = keyOf(left, client);
    const make = (name: string) => (): ApiRecord => new ApiRecord(listener, api, name);
    return this.apis.get(key) ?? this.apis.add(key, nowMs, make(client), left, make(otherName));
  }

  broker(listener: string, nodeId: string, nowMs: number): BrokerRecord {
    const key = keyOf(listener, nodeId);
    const make = (name: string) => (): BrokerRecord => new BrokerRecord(listener, name);
    return this.brokers.get(key) ?? this.brokers.add(key, nowMs, make(nodeId), listener, make(otherName));
  }

  edge(ends: EdgeEnds, nowMs: number): EdgeRecord {
    const { listener, from, fromKind, to, toKind } = ends;
    const left = `${listener}\n${fromKind}\n${toKind}`;
    const key = `${left}\n${from}\n${to}`;
    const known = this.edges.get(key);
    if (known !== undefined) return known;
    const make = (row: EdgeEnds) => (): EdgeRecord => new EdgeRecord(row);
    const other = { ...ends, from: otherName, to: otherName };
    return this.edges.add(key, nowMs, make(ends), left, make(other));
  }
}

/** Names that are shown have no line breaks. */
function keyOf(first: string, second: string): string {
  return `${first}\n${second}`;
}
