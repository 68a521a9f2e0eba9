import type { Span, SpanContext } from "@opentelemetry/api";
import { contextKey } from "@pagoda/core";
import type { ContextKey } from "@pagoda/core";
import type { KafkaAnswer } from "@pagoda/kafka";

/** One sending of a request to a broker. Times are of `performance.now()`, 0 while not yet. */
export interface Attempt {
  readonly sentMs: number;
  settledMs: number;
  answer: KafkaAnswer | undefined;
  failure: unknown;
}

/** A share of one layer in a request. */
export interface LayerShare {
  readonly layer: string;
  readonly hook: "request" | "response";
  readonly durationMs: number;
  /** When it was over, of `performance.now()`. */
  readonly endedMs: number;
}

/** Shares kept of one request; more is a loop. */
const mostShares = 64;
/** Attempts kept of one request: those a retry makes. */
const mostAttempts = 16;

/** What is noted of one request on its way, for the spans that it may get when it has ended. */
export class RequestTrace {
  /** Of `performance.now()`. */
  readonly startedMs: number;
  /** The span of the request, where it was decided at the beginning that there is one. */
  span: Span | undefined;
  /** First of what is mostly one. */
  first: Attempt | undefined;
  more: Attempt[] | undefined;
  shares: LayerShare[] | undefined;
  // All that there is about one request has the same, or its spans would shift against each other.
  #epochOffsetMs: number | undefined;

  constructor(startedMs: number) {
    this.startedMs = startedMs;
  }

  /** Milliseconds since 1970, of milliseconds of `performance.now()`. */
  epochMs(atMs: number): number {
    this.#epochOffsetMs ??= Date.now() - performance.now();
    return atMs + this.#epochOffsetMs;
  }

  /** For logs and exemplars: undefined where no span was begun. */
  get spanContext(): SpanContext | undefined {
    return this.span?.spanContext();
  }

  /** A sending begins. Undefined when there were too many. */
  attempt(sentMs: number): Attempt | undefined {
    const attempt: Attempt = { sentMs, settledMs: 0, answer: undefined, failure: undefined };
    if (this.first === undefined) this.first = attempt;
    else if ((this.more?.length ?? 0) >= mostAttempts) return undefined;
    else (this.more ??= []).push(attempt);
    return attempt;
  }

  get attempts(): readonly Attempt[] {
    if (this.first === undefined) return [];
    return this.more === undefined ? [this.first] : [this.first, ...this.more];
  }

  /** Milliseconds that somebody waited for a broker, overlaps once, until `endedMs`. */
  upstreamMs(endedMs: number): number {
    let total = 0;
    let until = 0;
    for (const { sentMs, settledMs } of this.attempts) {
      const end = settledMs === 0 ? endedMs : settledMs;
      total += Math.max(0, end - Math.max(sentMs, until));
      until = Math.max(until, end);
    }
    return total;
  }

  /** A layer says what it took. */
  layerTook(share: LayerShare): void {
    this.shares ??= [];
    if (this.shares.length < mostShares) this.shares.push(share);
  }
}

/** The trace of the request under way, for layers inside of `kafkaTracing`. */
export const currentTrace: ContextKey<RequestTrace | undefined> = contextKey<RequestTrace | undefined>(
  "tracing.current",
  undefined,
);

/** The span that requests belong to, for who hands requests to a stack in the course of something bigger. */
export const parentTrace: ContextKey<SpanContext | undefined> = contextKey<SpanContext | undefined>(
  "tracing.parent",
  undefined,
);
