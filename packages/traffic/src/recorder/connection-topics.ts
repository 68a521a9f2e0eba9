import type { PartitionFacts, WatchedExchange } from "@pagoda/metrics";
import { zeroUuid } from "@pagoda/kafka/protocol";

import { BaseOffsets } from "./base-offsets.ts";
import type { ConnectionClient } from "./connection-client.ts";
import type { ConnectionRecorderParts, WatchedConnection } from "./connection-recorder.ts";
import { severity, severityOf } from "./counters.ts";
import type { Severity } from "./counters.ts";
import type { EdgeRecord } from "./edge-record.ts";
import { unknownIdName } from "./names.ts";
import type { TopicRecord } from "./topic-record.ts";
import { Touches } from "./touches.ts";
import type { Touch } from "./touches.ts";

export interface ConnectionTopicsParts extends ConnectionRecorderParts {
  readonly watched: Pick<WatchedConnection, "connection" | "topicIds">;
  readonly client: ConnectionClient;
  readonly tls: boolean;
}

const produceKey = 0;
const notLeader = 6;

/** Records what the Produce and Fetch requests of one connection carry, by topic and edge. */
export class ConnectionTopics {
  readonly #parts: ConnectionTopicsParts;
  readonly #client: ConnectionClient;
  readonly #listener: string;
  readonly #touches = new Touches();
  readonly #baseOffsets = new BaseOffsets();
  #nowMs = 0;
  // The exchange told last, until it ends.
  #of: WatchedExchange | undefined;
  // The topic told last: partitions of one follow one another.
  #topic: TopicRecord | undefined;
  #name = "";
  #id = zeroUuid;
  // The edge found last, and what of.
  #edge: EdgeRecord | undefined;
  #edgeTopic: TopicRecord | undefined;
  #edgeOther = "";
  #edgeOp: "produce" | "fetch" = "produce";
  // Of the exchange that ends.
  #ended: Severity | undefined;
  #bucket = -1;
  #isProduce = false;

  constructor(parts: ConnectionTopicsParts) {
    this.#parts = parts;
    this.#client = parts.client;
    this.#listener = parts.watched.connection.listener;
  }

  acknowledged(exchange: WatchedExchange, partition: PartitionFacts): void {
    const { errorCode } = partition;
    this.#is(exchange);
    const topic = this.#topicOf(partition);
    const touch = this.#touch(exchange, topic, "produce");
    if (errorCode === 0) this.#baseOffsets.acknowledged(partition);
    else this.#failed(touch, partition);
  }

  produced(exchange: WatchedExchange, partition: PartitionFacts, acks: number): void {
    const { records, recordsBytes, batches, codec } = partition;
    this.#is(exchange);
    const topic = this.#topicOf(partition);
    const { edge } = this.#touch(exchange, topic, "produce");
    const at = topic.partition(partition.partition);
    if (at !== undefined) {
      const baseOffset = this.#baseOffsets.of(partition);
      at.produced(records, recordsBytes);
      if (baseOffset >= 0) at.end(baseOffset + records, this.#nowMs);
    }
    topic.flow.producedRecords += records;
    topic.flow.producedBytes += recordsBytes;
    topic.flow.producedBatches += batches;
    if (acks !== 0) topic.lastProducedMs = this.#nowMs;
    if (edge !== undefined) {
      edge.records += records;
      edge.bytes += recordsBytes;
    }
    const client = this.#client.record;
    if (client === undefined) return;
    client.flow.producedRecords += records;
    client.flow.producedBytes += recordsBytes;
    client.flow.producedBatches += batches;
    if (codec === 0) client.uncompressedBatches += batches;
  }

  fetched(exchange: WatchedExchange, partition: PartitionFacts): void {
    const { errorCode, records, recordsBytes, highWatermark } = partition;
    this.#is(exchange);
    const topic = this.#topicOf(partition);
    topic.lastMs = this.#nowMs;
    if (errorCode === 0) topic.partition(partition.partition)?.end(highWatermark, this.#nowMs);
    if (errorCode === 0 && recordsBytes === 0) return;
    const touch = this.#touch(exchange, topic, "fetch");
    if (errorCode !== 0) this.#failed(touch, partition);
    if (recordsBytes === 0) return;
    topic.flow.fetchedRecords += records;
    topic.flow.fetchedBytes += recordsBytes;
    if (touch.edge !== undefined) {
      touch.edge.records += records;
      touch.edge.bytes += recordsBytes;
    }
    const client = this.#client.record;
    if (client === undefined) return;
    client.flow.fetchedRecords += records;
    client.flow.fetchedBytes += recordsBytes;
  }

  /** @param bucket as of {@link latencyBucket}; -1 where its duration says nothing */
  ended(exchange: WatchedExchange, answer: Severity | undefined, bucket: number, nowMs: number): void {
    this.#of = undefined;
    this.#nowMs = nowMs;
    this.#ended = answer;
    this.#bucket = bucket;
    this.#isProduce = exchange.request.apiKey === produceKey;
    this.#touches.take(exchange, this.#countTouch);
    if (this.#isProduce) this.#baseOffsets.clear();
  }

  readonly #countTouch = ({ topic, edge, severity: worst }: Touch): void => {
    topic.answers.requests += 1;
    if (this.#isProduce) topic.flow.produceRequests += 1;
    else topic.flow.fetchRequests += 1;
    if (this.#ended !== undefined) topic.answers.answered(worst, this.#bucket);
    topic.lastMs = this.#nowMs;
    if (edge === undefined) return;
    edge.requests += 1;
    if (worst !== severity.success) edge.failed += 1;
    if (this.#parts.tls) edge.tlsRequests += 1;
    edge.auth = this.#client.auth;
    edge.lastMs = this.#nowMs;
  };

  #failed(touch: Touch, { partition, errorCode }: PartitionFacts): void {
    const { topic } = touch;
    topic.answers.error(errorCode);
    if (errorCode === notLeader) topic.partition(partition)?.leaderMoved(this.#nowMs);
    const worse = severityOf(errorCode);
    if (worse > touch.severity) touch.severity = worse;
  }

  #touch(exchange: WatchedExchange, topic: TopicRecord, op: "produce" | "fetch"): Touch {
    const touch = this.#touches.touch(exchange, topic);
    touch.edge ??= this.#edgeOf(topic, op);
    return touch;
  }

  #topicOf({ topic: name, topicId }: PartitionFacts): TopicRecord {
    const last = this.#topic;
    if (last !== undefined && name === this.#name && topicId === this.#id && !last.dropped) return last;
    const { tables, names } = this.#parts;
    const { topicIds } = this.#parts.watched;
    const known = name !== "" || topicId === zeroUuid ? name : topicIds?.nameOf(topicId);
    const shown = known === undefined ? unknownIdName : names.topic.resolve(known);
    const topic = tables.topic(this.#listener, shown, this.#nowMs);
    // One that has no name yet may have one the next time.
    if (known === undefined) return topic;
    if (topicIds !== undefined) topic.countedBy(topicIds, known);
    this.#name = name;
    this.#id = topicId;
    this.#topic = topic;
    return topic;
  }

  #edgeOf(topic: TopicRecord, op: "produce" | "fetch"): EdgeRecord | undefined {
    const client = this.#client.record?.client;
    if (client === undefined) return undefined;
    const group = op === "fetch" ? this.#parts.groupOf() : undefined;
    const toGroup = group !== undefined && group !== "ambiguous";
    // Names of groups and clients may be the same.
    const other = toGroup ? `\n${group}` : client;
    const last = this.#edge;
    if (last?.dropped === false && topic === this.#edgeTopic && op === this.#edgeOp) {
      if (other === this.#edgeOther) return last;
    }
    const listener = this.#listener;
    const edge =
      op === "produce"
        ? this.#parts.tables.edge(
            { listener, from: client, fromKind: "client", to: topic.topic, toKind: "topic", op },
            this.#nowMs,
          )
        : this.#parts.tables.edge(
            {
              listener,
              from: topic.topic,
              fromKind: "topic",
              to: toGroup ? group : client,
              toKind: toGroup ? "group" : "client",
              op,
            },
            this.#nowMs,
          );
    this.#edge = edge;
    this.#edgeTopic = topic;
    this.#edgeOp = op;
    this.#edgeOther = other;
    return edge;
  }

  #is(exchange: WatchedExchange): void {
    if (exchange === this.#of) return;
    this.#of = exchange;
    const { startedMs, receivedMs } = exchange;
    this.#nowMs = this.#parts.clock.at(receivedMs > 0 ? receivedMs : startedMs);
  }
}
