import type { KafkaRequest, KafkaResponse, TopicIds } from "@pagoda/kafka";
import { zeroUuid } from "@pagoda/kafka/protocol";

import type { ClientOfConnection } from "./client-of-connection.ts";
import type { Exchange, Produced } from "./exchange.ts";
import type { ListenerTally } from "./listener-tally.ts";
import { noRecords, requestBody, tellRequest, tellResponse } from "./partitions.ts";
import type { PartitionFacts, ResponseHead } from "./partitions.ts";
import { StreamWalk } from "./stream-walk.ts";
import type { WalkedBatch, WalkSink } from "./stream-walk.ts";
import type { Op, TopicTally } from "./topic-tally.ts";

/** Partitions of one request in pieces that are counted; what a request has beyond them is not. */
const maxPartitions = 10_000;

export interface PartitionTallyParts {
  readonly listener: ListenerTally;
  readonly client: ClientOfConnection;
  readonly topicIds: TopicIds | undefined;
  readonly edges: boolean;
  /** Told the error code of each partition that has one. */
  readonly onError: (code: number) => void;
  /** Told of each partition that is read, where somebody watches. */
  readonly told: ToldPartitions | undefined;
}

export interface ToldPartitions {
  produced(partition: PartitionFacts, acks: number): void;
  acknowledged(partition: PartitionFacts): void;
  fetched(partition: PartitionFacts): void;
}

/** A big Fetch response, as it passes. */
export interface FetchSink extends WalkSink {
  /** Nothing follows that can be read. */
  end(): void;
}

/** Counts the records of one connection, by topic and client. */
export class PartitionTally {
  readonly #parts: PartitionTallyParts;
  readonly #told: ToldPartitions | undefined;
  readonly #refused = new Set<string>();
  // The topic counted last: partitions of one topic follow one another.
  #topic: TopicTally | undefined;
  #name: string | undefined;
  #id = zeroUuid;
  #empty = true;

  constructor(parts: PartitionTallyParts) {
    this.#parts = parts;
    this.#told = parts.told;
  }

  /**
   * Counts what a Produce request had in it, but for the partitions that the broker refused, and
   * returns how long the broker says it held the client back.
   * @param answer undefined with acks=0: nobody knows what became of it
   */
  produced({ request, produced }: Exchange, answer: KafkaResponse | undefined): number {
    if (this.#refused.size > 0) this.#refused.clear();
    this.#name = undefined;
    const throttleMs = answer === undefined ? 0 : tellResponse(answer, this.#onAnswered).throttleTimeMs;
    if (produced === undefined && request.whole) tellRequest(request, this.#onProduced);
    else for (const partition of produced ?? []) this.#onProduced(partition, partition.acks);
    return throttleMs;
  }

  /** Counts what a Fetch response has in it. Partitions without news are left out of it (KIP-227). */
  fetched(answer: KafkaResponse): ResponseHead & { readonly empty: boolean } {
    this.#name = undefined;
    this.#empty = true;
    const { throttleTimeMs, errorCode } = tellResponse(answer, this.#onFetched);
    return { throttleTimeMs, errorCode, empty: this.#empty };
  }

  /** Looks into a big Produce request while it passes. What is returned fills. */
  collect(request: KafkaRequest): Produced[] {
    const all: Produced[] = [];
    const { stream, api, apiVersion } = request;
    if (stream === undefined || api === null) return all;
    const at = { topic: "", topicId: zeroUuid, partition: -1, acks: 0, errorCode: 0, ...noRecords };
    let current: Produced | undefined;
    const walk = new StreamWalk(api.request.schema, apiVersion, {
      acks: (acks) => (at.acks = acks),
      topic: (name = "", id = zeroUuid) => Object.assign(at, { topic: name, topicId: id }),
      partition: (index) => (at.partition = index),
      records: (recordsBytes) => {
        current = { ...at, recordsBytes };
        if (all.length < maxPartitions) all.push(current);
      },
      batch: (batch) => {
        if (current !== undefined) addBatch(current, batch);
      },
    });
    let isHead = true;
    stream.mapPieces((piece) => {
      walk.push(isHead ? requestBody(piece, api, apiVersion) : piece);
      isHead = false;
      return piece;
    });
    return all;
  }

  /** Counts a big Fetch response while it passes, and tells each partition when it has. */
  fetchSink(tell: ((partition: PartitionFacts) => void) | undefined): FetchSink {
    const at = { topic: "", topicId: zeroUuid };
    let topic: TopicTally | undefined;
    let current: PartitionFacts | undefined;
    const end = (): void => {
      if (current !== undefined) tell?.(current);
      current = undefined;
    };
    return {
      topic: (name = "", id = zeroUuid) => {
        end();
        Object.assign(at, { topic: name, topicId: id });
        topic = this.#topicOf(name, id);
      },
      partition: (partition) => {
        end();
        if (tell !== undefined) current = { ...noRecords, ...at, partition, errorCode: 0 };
      },
      errorCode: (code) => {
        if (code === 0) return;
        topic?.error("fetch", code);
        if (current?.errorCode === 0) current.errorCode = code;
      },
      highWatermark: (offset) => {
        if (current !== undefined) current.highWatermark = offset;
      },
      records: (bytes) => {
        this.#records(topic, "fetch", 0, bytes);
        if (current !== undefined) current.recordsBytes = bytes;
      },
      batch: (batch) => {
        this.#records(topic, "fetch", batch.records, 0);
        if (current !== undefined) addBatch(current, batch);
      },
      end,
    };
  }

  readonly #onAnswered = (answered: PartitionFacts): void => {
    const { topic, topicId, partition, errorCode } = answered;
    if (this.#told !== undefined) this.#told.acknowledged(answered);
    if (errorCode === 0) return;
    this.#refused.add(`${topic} ${topicId} ${partition}`);
    this.#parts.onError(errorCode);
    this.#topicOf(topic, topicId)?.error("produce", errorCode);
  };

  readonly #onProduced = (partition: PartitionFacts, acks: number): void => {
    const { topic: name, topicId, records, recordsBytes, batches, codec } = partition;
    if (this.#refused.size > 0 && this.#refused.has(`${name} ${topicId} ${partition.partition}`)) return;
    if (this.#told !== undefined) this.#told.produced(partition, acks);
    const topic = this.#topicOf(name, topicId);
    this.#records(topic, "produce", records, recordsBytes);
    topic?.batches(batches, codec, acks);
    if (acks !== 0) topic?.produced();
  };

  readonly #onFetched = (partition: PartitionFacts): void => {
    const { topic: name, topicId, errorCode, records, recordsBytes } = partition;
    if (this.#told !== undefined) this.#told.fetched(partition);
    if (errorCode === 0 && recordsBytes === 0) return;
    const topic = this.#topicOf(name, topicId);
    if (errorCode !== 0) {
      this.#parts.onError(errorCode);
      topic?.error("fetch", errorCode);
    }
    if (recordsBytes === 0) return;
    this.#empty = false;
    this.#records(topic, "fetch", records, recordsBytes);
  };

  #records(topic: TopicTally | undefined, op: Op, records: number, bytes: number): void {
    const { client, edges } = this.#parts;
    topic?.records(op, records, bytes);
    client.tally?.bytes(op, bytes);
    if (edges && topic !== undefined) client.tally?.edge(topic.topic, op, records);
  }

  #topicOf(name: string, id: string): TopicTally | undefined {
    if (name === this.#name && id === this.#id && this.#topic?.series.alive !== false) return this.#topic;
    this.#name = name;
    this.#id = id;
    this.#topic = this.#parts.listener.topic(name, id, this.#parts.topicIds);
    return this.#topic;
  }
}

function addBatch(facts: PartitionFacts, batch: WalkedBatch): void {
  if (facts.batches === 0) {
    facts.codec = batch.codec;
    facts.baseOffset = batch.baseOffset;
    facts.baseTimestamp = batch.baseTimestamp;
  }
  facts.batches += 1;
  facts.records += batch.records;
  if (batch.maxTimestamp > facts.maxTimestamp) facts.maxTimestamp = batch.maxTimestamp;
}
