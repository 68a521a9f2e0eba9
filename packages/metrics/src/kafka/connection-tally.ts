import { errorAnswer, KafkaApiError, noResponse } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest, KafkaResponse, KafkaSession, TopicIds } from "@pagoda/kafka";
import { apiOfKey, kafkaErrorOf } from "@pagoda/kafka/protocol";
import type { AnyApi } from "@pagoda/kafka/protocol";

import type { ApiTally, Classification, NodeTally } from "./api-tally.ts";
import type { ExemplarLabels } from "./cells.ts";
import { ClientOfConnection } from "./client-of-connection.ts";
import { eachError, errorPlacesOf, throttleMsOf } from "./errors-in.ts";
import type { Exchange, Produced } from "./exchange.ts";
import type { ExchangeWatcher, Outcome } from "./exchange-watcher.ts";
import { guardedWatcher } from "./join-watchers.ts";
import type { KafkaMetrics } from "./kafka-metrics.ts";
import type { ListenerTally } from "./listener-tally.ts";
import { LoginTally } from "./login-tally.ts";
import { PartitionTally } from "./partition-tally.ts";
import type { FetchSink } from "./partition-tally.ts";
import { hasPartitions, isFetch, produceKey, responseBody } from "./partitions.ts";
import type { PartitionFacts } from "./partitions.ts";
import { PassingAnswers } from "./passing-answers.ts";
import { RebalanceTimer } from "./rebalance-timer.ts";
import { StreamWalk } from "./stream-walk.ts";

/** What the tier of one connection is made of. */
export interface ConnectionTallyParts {
  readonly kafka: KafkaMetrics;
  readonly listener: ListenerTally;
  readonly session: KafkaSession;
  readonly topicIds: TopicIds | undefined;
  readonly nodeId: () => string;
  readonly watcher: ExchangeWatcher | undefined;
  readonly exemplar: ((request: KafkaRequest) => ExemplarLabels | undefined) | undefined;
}

/** The series of an API, as this connection uses it. */
interface OwnApi {
  readonly api: ApiTally;
  node: NodeTally;
  nodeId: string;
}

/** Counts the requests and answers of one client's connection. */
export class ConnectionTally {
  readonly client: ClientOfConnection;
  readonly #parts: ConnectionTallyParts;
  readonly #listener: ListenerTally;
  readonly #logins: LoginTally;
  readonly #partitions: PartitionTally;
  readonly #rebalance: RebalanceTimer;
  readonly #apis: (OwnApi | undefined)[] = [];
  readonly #watcher: Required<ExchangeWatcher> | undefined;
  readonly #passing: PassingAnswers | undefined;
  // Of the answer that is being read: nothing is allocated for one.
  #exchange: Exchange | undefined;
  #worst: Classification = "success";
  #throttleMs = 0;

  constructor(parts: ConnectionTallyParts) {
    const { kafka, listener, session, topicIds } = parts;
    this.#parts = parts;
    this.#listener = listener;
    this.client = new ClientOfConnection(listener, session);
    this.#logins = new LoginTally(kafka.families, listener.listener, session);
    this.#rebalance = new RebalanceTimer(listener.rebalances);
    const watcher = parts.watcher === undefined ? undefined : guardedWatcher(parts.watcher);
    this.#watcher = watcher;
    this.#passing = watcher && new PassingAnswers(watcher);
    const onError = (code: number): void => this.#error(code);
    this.#partitions = new PartitionTally({
      listener,
      topicIds,
      edges: kafka.edges,
      client: this.client,
      onError,
      told: watcher && {
        produced: (partition, acks) => watcher.produced(this.#exchange as Exchange, partition, acks),
        acknowledged: (partition) => watcher.acknowledged(this.#exchange as Exchange, partition),
        fetched: (partition) => watcher.fetched(this.#exchange as Exchange, partition),
      },
    });
  }

  closed(): void {
    this.client.closed();
    this.#passing?.closed();
  }

  begin(request: KafkaRequest): Exchange {
    const { api, node } = this.#apiOf(request);
    const readable = request.api !== null || request.isRawToken;
    node.request(readable ? Math.max(request.apiVersion, 0) : undefined);
    api.requestSize.observe(request.byteLength);
    this.client.request(request.clientId, api.apiClass);
    if (!readable) api.passedThrough(api.name === "unknown" ? "unknown_api" : "unknown_version");
    else if (!request.whole) api.passedThrough("not_needed");
    let produced: Produced[] | undefined;
    if (!request.whole && request.apiKey === produceKey) produced = this.#partitions.collect(request);
    const startedMs = performance.now();
    if (api.rebalances) this.#rebalance.began(request.apiKey, startedMs);
    const exchange = {
      request,
      api,
      node,
      startedMs,
      sentMs: 0,
      receivedMs: 0,
      answeredBy: undefined,
      produced,
    };
    if (this.#watcher !== undefined) this.#watcher.began(exchange);
    return exchange;
  }

  answered(exchange: Exchange, answer: KafkaAnswer, failure?: unknown): void {
    const endedMs = performance.now();
    this.#begin(exchange);
    let waited = false;
    try {
      waited = this.#answered(exchange, answer, endedMs);
    } finally {
      if (this.#passing !== undefined) {
        const classification: Outcome["classification"] = answer === noResponse ? "none" : this.#worst;
        const throttleMs = this.#throttleMs;
        this.#passing.answered(exchange, { classification, waited, endedMs, throttleMs, answer, failure });
      }
      this.#exchange = undefined;
    }
  }

  /** Whether it {@link Outcome.waited}. */
  #answered(exchange: Exchange, answer: KafkaAnswer, nowMs: number): boolean {
    const { request, api, node } = exchange;
    this.#logins.answered(request, answer);
    if (exchange.sentMs === 0) api.shortCircuit(exchange.answeredBy ?? "built_in");
    if (answer === noResponse) {
      node.response("none");
      if (request.apiKey === produceKey) this.#partitions.produced(exchange, undefined);
      return false;
    }
    if (answer.byteLength > 0) api.responseSize.observe(answer.byteLength);
    if (exchange.receivedMs > 0) {
      this.#listener.overheadResponse.observe((nowMs - exchange.receivedMs) / 1_000);
    }
    const waited = answer.whole ? this.#read(exchange, answer) : this.#readStream(exchange, answer);
    if (api.rebalances) this.#rebalance.ended(request.apiKey, nowMs, this.#worst === "success");
    else if (!waited) {
      api.duration.observe((nowMs - exchange.startedMs) / 1_000, this.#parts.exemplar?.(request));
      if (exchange.receivedMs > 0) {
        api.upstreamDuration.observe((exchange.receivedMs - exchange.sentMs) / 1_000);
      }
    }
    return waited;
  }

  /** A failed call is counted as the answer that it becomes; one that ends the connection is none. */
  failed(exchange: Exchange, error: unknown): void {
    const { request, node } = exchange;
    const answer = errorAnswer(request, error);
    if (answer !== undefined) {
      this.answered(exchange, answer, error);
      return;
    }
    let classification: Outcome["classification"] = "aborted";
    if (!request.whole && error instanceof KafkaApiError) {
      // Answered once the rest of it has come and was dropped.
      this.#begin(exchange);
      this.#error(error.errorCode);
      node.response(this.#worst);
      this.#exchange = undefined;
      classification = this.#worst;
    } else this.#logins.failed(request);
    if (this.#watcher === undefined) return;
    const endedMs = performance.now();
    const outcome = { classification, waited: false, endedMs, throttleMs: 0, answer, failure: error };
    this.#watcher.ended(exchange, outcome);
  }

  /** Was it a long poll that ended with nothing? Then how long it took says nothing of the broker. */
  #read(exchange: Exchange, answer: KafkaResponse): boolean {
    let waited = false;
    try {
      if (answer.api === null) return false;
      if (!hasPartitions(answer.apiKey)) {
        eachError(errorPlacesOf(answer.api), answer.body, this.#onError);
        this.#throttled(exchange.sentMs, throttleMsOf(answer.body));
      } else if (isFetch(answer.apiKey)) {
        const { throttleTimeMs, errorCode, empty } = this.#partitions.fetched(answer);
        if (errorCode !== 0) this.#error(errorCode);
        this.#throttled(exchange.sentMs, throttleTimeMs);
        (empty ? this.#listener.fetchedNothing : this.#listener.fetchedData).value += 1;
        waited = empty && this.#worst === "success";
      } else {
        this.#throttled(exchange.sentMs, this.#partitions.produced(exchange, answer));
      }
    } finally {
      // Also one that cannot be read is an answer.
      exchange.node.response(this.#worst);
    }
    return waited;
  }

  /** What comes in pieces is read as they pass, and counted when all of it has. */
  #readStream(exchange: Exchange, answer: KafkaResponse): boolean {
    const { api, node, sentMs } = exchange;
    api.passedThrough("not_needed");
    const { stream } = answer;
    if (answer.api === null || stream === undefined || stream.taken) {
      node.response("success");
      return false;
    }
    let throttleMs = 0;
    const codes: number[] = [];
    const watcher = this.#watcher;
    const tell = watcher && ((partition: PartitionFacts) => watcher.fetched(exchange, partition));
    const collected: Partial<FetchSink> = isFetch(answer.apiKey) ? this.#partitions.fetchSink(tell) : {};
    const sink = {
      ...collected,
      throttleTimeMs: (ms: number) => (throttleMs = ms),
      errorCode: (code: number) => {
        collected.errorCode?.(code);
        if (code !== 0 && codes.length < maxCodes) codes.push(code);
      },
    };
    if (isFetch(answer.apiKey)) this.#listener.fetchedData.value += 1;
    const walk = new StreamWalk(answer.api.response.schema, answer.apiVersion, sink, (failed) => {
      collected.end?.();
      this.#begin(exchange);
      if (!failed) {
        for (const code of codes) this.#error(code);
        this.#throttled(sentMs, throttleMs);
        node.response(this.#worst);
      }
      this.#passing?.passed(exchange, { classification: this.#worst, throttleMs: this.#throttleMs });
      this.#exchange = undefined;
    });
    this.#passing?.begin(exchange);
    let isHead = true;
    stream.mapPieces((piece) => {
      walk.push(isHead ? responseBody(piece, answer.api as AnyApi, answer.apiVersion) : piece);
      isHead = false;
      return piece;
    });
    return false;
  }

  #begin(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#worst = "success";
    this.#throttleMs = 0;
  }

  readonly #onError = (code: number): void => this.#error(code);

  #error(code: number): void {
    if (this.#exchange !== undefined) {
      this.#exchange.api.error(code);
      if (this.#watcher !== undefined) this.#watcher.error(this.#exchange, code);
    }
    this.client.tally?.error(code);
    if (!kafkaErrorOf(code).retriable) this.#worst = "failure";
    else if (this.#worst === "success") this.#worst = "retriable";
  }

  #throttled(sentMs: number, throttleMs: number): void {
    if (throttleMs <= 0) return;
    this.#throttleMs = throttleMs;
    this.#exchange?.api.throttled(throttleMs, sentMs > 0 ? "broker" : "proxy");
  }

  #apiOf({ apiKey, api, isRawToken }: KafkaRequest): OwnApi {
    const known = isRawToken || api !== null || apiOfKey(apiKey) !== undefined;
    // Raw tokens have the key -1; what is unknown has one place.
    const at = known ? apiKey + 2 : 0;
    const nodeId = this.#parts.nodeId();
    const own = this.#apis[at];
    if (own === undefined) {
      const tally = this.#listener.api(apiKey, known);
      return (this.#apis[at] = { api: tally, node: tally.node(nodeId), nodeId });
    }
    if (own.nodeId !== nodeId) {
      own.nodeId = nodeId;
      own.node = own.api.node(nodeId);
    }
    return own;
  }
}

/** Error codes of one answer that passes in pieces; more of them are not counted. */
const maxCodes = 10_000;
