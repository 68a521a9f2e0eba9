import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";

import type { PartitionFacts } from "./partitions.ts";

/** A request under way, as {@link ExchangeWatcher} is told of it. Times are of `performance.now()`. */
export interface WatchedExchange {
  readonly request: KafkaRequest;
  readonly startedMs: number;
  /** When it went to the broker; 0 while it has not. */
  readonly sentMs: number;
  /** When the broker's answer came; 0 while it has not. */
  readonly receivedMs: number;
  /** The layer that answered it without the broker, where one says so. */
  readonly answeredBy: string | undefined;
}

/** How an exchange ended. */
export interface Outcome {
  /** By its worst partition; `none` has no response (acks=0), `aborted` never got one. */
  readonly classification: "success" | "retriable" | "failure" | "none" | "aborted";
  /** A Fetch that waited for records and got none: how long it took says nothing of the broker. */
  readonly waited: boolean;
  /** When it was answered; of an answer in pieces, when the first of them came. */
  readonly endedMs: number;
  readonly throttleMs: number;
  /**
   * What the client is answered. Undefined for what is `aborted`; of a request in pieces that failed,
   * too. Where the call failed, it is what that is said to the client as.
   */
  readonly answer: KafkaAnswer | undefined;
  /** What the call failed with; undefined where it did not. */
  readonly failure: unknown;
}

/**
 * Is told what `kafkaMetrics` reads of the requests and answers of one client's connection, while it
 * reads: whoever watches traffic need not read it a second time. Called synchronously on the path of
 * the request; what it throws is reported as a defect, and does the request no harm: see `GuardedWatcher`.
 *
 * Partitions and errors are told before `ended` of their exchange, which is told once for each that
 * began. Of an answer that is handed on as it arrives, that is when it has passed, or the connection is
 * gone; else when it was answered. Requests that nobody answered may end after `closed`. The object of a
 * partition is reused: copy what is to be kept.
 */
export interface ExchangeWatcher {
  began?(exchange: WatchedExchange): void;
  /**
   * Records of a Produce request that the broker did not refuse, or that asked for no answer. Told when
   * it was answered, behind all that is `acknowledged`.
   */
  produced?(exchange: WatchedExchange, partition: PartitionFacts, acks: number): void;
  /** A partition of a Produce response. */
  acknowledged?(exchange: WatchedExchange, partition: PartitionFacts): void;
  /** A partition of a Fetch response, also one with an error, or without records. */
  fetched?(exchange: WatchedExchange, partition: PartitionFacts): void;
  /** Every error code but 0 of an answer, at whatever level. */
  error?(exchange: WatchedExchange, code: number): void;
  ended?(exchange: WatchedExchange, outcome: Outcome): void;
  /** The connection is gone. */
  closed?(): void;
}
