import { kafkaErrorOf } from "@pagoda/kafka/protocol";

import { latencyBoundsMs } from "../state/state.ts";
import type { AnswerCounts, FlowCounts } from "../state/state.ts";

/** How bad an answer is: the worse number wins. */
export const severity = { success: 0, retriable: 1, failure: 2 } as const;
export type Severity = (typeof severity)[keyof typeof severity];

export function severityOf(code: number): Severity {
  if (code === 0) return severity.success;
  return kafkaErrorOf(code).retriable ? severity.retriable : severity.failure;
}

/** Counts requests and how they were answered. */
export class AnswerCounter {
  requests = 0;
  readonly #answers: [number, number, number] = [0, 0, 0];
  readonly #latency: number[] = Array.from({ length: latencyBoundsMs.length + 1 }, () => 0);
  readonly #errors = new Map<number, number>();
  #state: AnswerCounts | undefined;

  /** @param bucket the place of its duration in `LatencyCounts`; -1 where that says nothing */
  answered(answer: Severity, bucket: number): void {
    this.#state = undefined;
    this.#answers[answer] += 1;
    if (bucket >= 0) (this.#latency[bucket] as number) += 1;
  }

  error(code: number): void {
    this.#state = undefined;
    // Numbers that are no error of Kafka's are one: there are as many as anybody makes up.
    const key = kafkaErrorOf(code).known ? code : Number.NaN;
    this.#errors.set(key, (this.#errors.get(key) ?? 0) + 1);
  }

  /** The same object until something is counted. */
  state(): AnswerCounts {
    if (this.#state?.requests === this.requests) return this.#state;
    const [success, retriable, failure] = this.#answers;
    const errors: Record<string, number> = {};
    for (const [code, count] of this.#errors) errors[kafkaErrorOf(code).name] = count;
    const latency = [...this.#latency];
    return (this.#state = { requests: this.requests, success, retriable, failure, latency, errors });
  }
}

/** Counts records on their way. */
export class FlowCounter {
  producedRecords = 0;
  producedBytes = 0;
  producedBatches = 0;
  produceRequests = 0;
  fetchedRecords = 0;
  fetchedBytes = 0;
  fetchRequests = 0;
  #state: FlowCounts | undefined;

  /** The same object until something is counted. */
  state(): FlowCounts {
    const { producedRecords, producedBytes, producedBatches, produceRequests } = this;
    const { fetchedRecords, fetchedBytes, fetchRequests } = this;
    const last = this.#state;
    if (
      last?.produceRequests === produceRequests &&
      last.fetchRequests === fetchRequests &&
      last.producedRecords === producedRecords &&
      last.producedBytes === producedBytes &&
      last.producedBatches === producedBatches &&
      last.fetchedRecords === fetchedRecords &&
      last.fetchedBytes === fetchedBytes
    ) {
      return last;
    }
    return (this.#state = {
      producedRecords,
      producedBytes,
      producedBatches,
      produceRequests,
      fetchedRecords,
      fetchedBytes,
      fetchRequests,
    });
  }
}
