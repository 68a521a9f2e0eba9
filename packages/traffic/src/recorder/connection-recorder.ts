import type { KafkaSession, TopicIds } from "@pagoda/kafka";
import type { Direction, ExchangeWatcher, Outcome, PartitionFacts, WatchedExchange } from "@pagoda/metrics";
import type { Connection } from "@pagoda/tcp";

import type { BrokerRecord } from "./broker-record.ts";
import type { Clock } from "./clock.ts";
import { ConnectionClient } from "./connection-client.ts";
import { ConnectionTopics } from "./connection-topics.ts";
import { severity } from "./counters.ts";
import type { Severity } from "./counters.ts";
import { isOwnAddress } from "./own-address.ts";
import { latencyBucket } from "./latency-bucket.ts";
import type { ListenerRecord } from "./listener-record.ts";
import type { Names } from "./names.ts";
import type { Tables } from "./tables.ts";

/** A client's connection, as {@link ExchangeWatcher} is told of it. */
export interface WatchedConnection {
  readonly connection: Connection;
  readonly session: KafkaSession;
  readonly direction: Direction;
  /** Names of the topics that newer requests have ids of. @default none: such topics are `__unknown_id__` */
  readonly topicIds?: TopicIds;
  /** The broker that the connection is for: its node id, `bootstrap` before one is known. */
  readonly nodeId: () => string;
}

export interface ConnectionRecorderParts {
  readonly tables: Tables;
  readonly names: Names;
  readonly clock: Clock;
  /** The group that fetches of this connection are for. */
  readonly groupOf: () => string | undefined;
}

const produceKey = 0;
const metadataKey = 3;
const offsetCommitKey = 8;

const severities: Readonly<Record<Outcome["classification"], Severity | undefined>> = {
  success: severity.success,
  retriable: severity.retriable,
  failure: severity.failure,
  none: undefined,
  aborted: undefined,
};

/** Records the exchanges of one connection. */
export class ConnectionRecorder implements Required<ExchangeWatcher> {
  readonly #watched: WatchedConnection;
  readonly #parts: ConnectionRecorderParts;
  readonly #listener: ListenerRecord;
  readonly #client: ConnectionClient;
  readonly #topics: ConnectionTopics;
  readonly #tls: boolean;
  #broker: BrokerRecord | undefined;
  #nodeId: string | undefined;
  #inFlight = 0;
  #seen = false;
  #closed = false;
  constructor(watched: WatchedConnection, parts: ConnectionRecorderParts) {
    const { connection, session } = watched;
    const { names, tables } = parts;
    const { listener } = connection;
    this.#watched = watched;
    this.#parts = parts;
    this.#tls = connection.tls !== undefined;
    this.#listener = tables.listener(listener);
    this.#client = new ConnectionClient({
      listener,
      names: names.client,
      tables,
      session,
      tls: this.#tls,
      clock: parts.clock,
    });
    this.#topics = new ConnectionTopics({ ...parts, watched, client: this.#client, tls: this.#tls });
    this.#listener.opened(connection);
  }

  began({ request }: WatchedExchange): void {
    const client = this.#client.asks(request);
    const api = this.#client.api(request);
    const nodeId = this.#watched.nodeId();
    if (nodeId !== this.#nodeId || this.#broker?.dropped !== false) this.#goTo(nodeId);
    if (!this.#seen) this.#first();
    this.#listener.answers.requests += 1;
    client.answers.requests += 1;
    api.answers.requests += 1;
    if (request.apiKey === metadataKey) client.metadataRequests += 1;
    else if (request.apiKey === offsetCommitKey) client.commits += 1;
    if (this.#closed) return;
    this.#inFlight += 1;
    if (this.#broker !== undefined) this.#broker.inFlight += 1;
  }

  acknowledged(exchange: WatchedExchange, partition: PartitionFacts): void {
    this.#topics.acknowledged(exchange, partition);
  }

  produced(exchange: WatchedExchange, partition: PartitionFacts, acks: number): void {
    this.#topics.produced(exchange, partition, acks);
  }

  fetched(exchange: WatchedExchange, partition: PartitionFacts): void {
    this.#topics.fetched(exchange, partition);
  }

  error({ request, sentMs }: WatchedExchange, code: number): void {
    this.#listener.answers.error(code);
    this.#client.record?.answers.error(code);
    this.#client.api(request).answers.error(code);
    if (sentMs > 0) this.#broker?.answers.error(code);
  }

  ended(exchange: WatchedExchange, outcome: Outcome): void {
    const { request, startedMs, sentMs, receivedMs } = exchange;
    const { classification, waited, endedMs, throttleMs } = outcome;
    const { apiKey } = request;
    const nowMs = this.#parts.clock.at(endedMs);
    const api = this.#client.api(request);
    const client = this.#client.record;
    const broker = this.#broker;
    const answer = severities[classification];
    const wentThrough = sentMs > 0 && receivedMs > 0;
    let bucket = -1;
    let brokerBucket = -1;
    if (answer !== undefined && !waited && !rebalances(apiKey)) {
      const ms = Math.max(endedMs - startedMs, 0);
      const brokerMs = wentThrough ? Math.max(receivedMs - sentMs, 0) : 0;
      bucket = latencyBucket(ms);
      api.took(ms, brokerMs);
      if (wentThrough) {
        brokerBucket = latencyBucket(brokerMs);
        this.#listener.totalMs += ms;
        this.#listener.brokerMs += brokerMs;
        this.#listener.sent += 1;
      }
    }
    api.lastMs = nowMs;
    if (answer !== undefined) {
      this.#listener.answers.answered(answer, bucket);
      api.answers.answered(answer, bucket);
      client?.answers.answered(answer, bucket);
      if (wentThrough) broker?.answers.answered(answer, brokerBucket);
    }
    if (client !== undefined) {
      client.lastMs = nowMs;
      if (throttleMs > 0) client.throttledMs += throttleMs;
      if (waited) client.emptyFetches += 1;
      if (apiKey === produceKey) {
        client.flow.produceRequests += 1;
        if (classification === "none") client.unacknowledged += 1;
      } else if (fetches(apiKey)) client.flow.fetchRequests += 1;
    }
    if (broker !== undefined) {
      broker.lastMs = nowMs;
      if (sentMs > 0) broker.answers.requests += 1;
      if (!this.#closed && this.#inFlight > 0) {
        this.#inFlight -= 1;
        broker.inFlight -= 1;
      }
    }
    if (apiKey === produceKey || fetches(apiKey)) this.#topics.ended(exchange, answer, bucket, nowMs);
  }

  closed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#client.closed();
    this.#listener.closed(this.#watched.connection);
    this.#leaveBroker();
    this.#broker = undefined;
  }

  #goTo(nodeId: string): void {
    if (this.#closed) return;
    this.#leaveBroker();
    const broker = this.#parts.tables.broker(
      this.#listener.listener,
      nodeId,
      this.#parts.clock.at(performance.now()),
    );
    broker.connections += 1;
    broker.inFlight += this.#inFlight;
    this.#broker = broker;
    this.#nodeId = nodeId;
  }

  #leaveBroker(): void {
    if (this.#broker === undefined) return;
    this.#broker.connections -= 1;
    this.#broker.inFlight -= this.#inFlight;
  }

  #first(): void {
    this.#seen = true;
    const { remote, local } = this.#watched.connection;
    if (!this.#tls && !isOwnAddress(remote.host, local.host)) this.#listener.plaintextRemote += 1;
  }
}

/** Fetch and ShareFetch. */
function fetches(apiKey: number): boolean {
  return apiKey === 1 || apiKey === 78;
}

/** JoinGroup and SyncGroup: answered when the group has rebalanced, which is nobody's latency. */
function rebalances(apiKey: number): boolean {
  return apiKey === 11 || apiKey === 14;
}
