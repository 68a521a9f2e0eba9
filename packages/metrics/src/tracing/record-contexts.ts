import type { SpanContext } from "@opentelemetry/api";
import { BatchCursor, decodeBatch, ProtocolError } from "@pagoda/kafka/protocol";

import { traceContextOf } from "./trace-parent.ts";

export interface RecordContextsOptions {
  /**
   * Contexts kept at most, a random sample of those that are there.
   * @default 128, as many links as an SDK keeps for a span
   */
  readonly maxContexts?: number;
  /**
   * Bytes of records looked into at most, after decompression, over all batches. A batch that does not
   * fit is passed over.
   * @default 1048576 (1 MiB)
   */
  readonly maxBytes?: number;
  /**
   * Records looked into at most, over all batches. A batch that does not fit is passed over.
   * @default 5000
   */
  readonly maxRecords?: number;
  /** From 0 to below 1. @default Math.random */
  readonly random?: () => number;
}

/**
 * Counts the records of a request or response, and keeps the trace contexts that they were created in.
 * Only for requests whose span is kept: batches are decompressed for it. Bounded in bytes, records and
 * contexts; never a failure: what cannot be read has no context.
 */
export class RecordContexts {
  readonly #random: () => number;
  readonly #maxContexts: number;
  readonly #kept: SpanContext[] = [];
  #bytesLeft: number;
  #recordsLeft: number;
  #seen = 0;
  #records = 0;
  #unread = 0;

  constructor(options: RecordContextsOptions = {}) {
    this.#random = options.random ?? Math.random;
    this.#maxContexts = options.maxContexts ?? 128;
    this.#bytesLeft = options.maxBytes ?? 1_048_576;
    this.#recordsLeft = options.maxRecords ?? 5_000;
  }

  /** Records that the batches say they hold. */
  get records(): number {
    return this.#records;
  }

  /** Of these, how many were not looked into. */
  get unread(): number {
    return this.#unread;
  }

  /** The contexts found, each once; a random sample where there were more than allowed. */
  get contexts(): readonly SpanContext[] {
    const distinct = new Map(this.#kept.map((context) => [`${context.traceId}${context.spanId}`, context]));
    return [...distinct.values()];
  }

  /** Looks into a `records` field. */
  add(records: Uint8Array | null): void {
    if (records === null || records.length === 0) return;
    const cursor = new BatchCursor(records);
    try {
      while (cursor.next()) this.#batch(cursor);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
  }

  #batch(cursor: BatchCursor): void {
    const count = Math.max(cursor.recordCount, 1);
    if (cursor.isControl) return;
    this.#records += count;
    // Older formats have no headers.
    if (cursor.magic !== 2 || count > this.#recordsLeft || cursor.size > this.#bytesLeft) {
      if (cursor.magic === 2) this.#unread += count;
      return;
    }
    try {
      const maxDecompressedBytes = Math.max(this.#bytesLeft, 1);
      const batch = decodeBatch(cursor, { maxDecompressedBytes, verifyChecksums: false });
      let bytes = 0;
      for (const { headers, key, value } of batch.records) {
        bytes += (key?.length ?? 0) + (value?.length ?? 0);
        for (const header of headers) bytes += header.key.length + (header.value?.length ?? 0);
        const context = traceContextOf(headers);
        if (context !== undefined) this.#sample(context);
      }
      this.#recordsLeft -= count;
      this.#bytesLeft -= Math.max(bytes, cursor.size);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#unread += count;
    }
  }

  /** Every context has the same chance to be among those kept (reservoir sampling). */
  #sample(context: SpanContext): void {
    this.#seen += 1;
    if (this.#kept.length < this.#maxContexts) {
      this.#kept.push(context);
      return;
    }
    const at = Math.floor(this.#random() * this.#seen);
    if (at < this.#maxContexts) this.#kept[at] = context;
  }
}
