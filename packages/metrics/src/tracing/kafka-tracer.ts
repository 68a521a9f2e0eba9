import { ROOT_CONTEXT, SpanKind, trace, TraceFlags } from "@opentelemetry/api";
import type { Context as OtelContext, SpanContext, Tracer, TracerProvider } from "@opentelemetry/api";
import { notNegative, whole } from "@pagoda/core";
import type { Context } from "@pagoda/core";
import type { KafkaRequest } from "@pagoda/kafka";

import { attributeNames, scopeName, tracingSchemaUrl } from "./conventions.ts";
import type { SamplingReason } from "./conventions.ts";
import { KeptBudget } from "./kept-budget.ts";
import type { RecordContextsOptions } from "./record-contexts.ts";
import { parentTrace, RequestTrace } from "./request-trace.ts";
import { SlowRequests } from "./slow-requests.ts";

export interface KafkaTracerOptions {
  /** Whose spans are made. Required: nothing here touches OpenTelemetry's globals. */
  readonly tracerProvider: TracerProvider;
  /**
   * Share of requests that get spans, from 0 to 1, decided here and not by the provider's sampler,
   * which costs several times as much (bench/tracing.bench.ts). A request of a trace (`parentTrace`)
   * goes by what that decided.
   * @default 0.01
   */
  readonly ratio?: number;
  /**
   * Requests per second, of all connections, that get spans because they failed or were slow; further
   * ones get none. 0: such requests get no spans for that.
   * @default 100
   */
  readonly maxKeptPerSecond?: number;
  /** Bounds of reading records for links. */
  readonly records?: RecordContextsOptions;
  /** From 0 to below 1. @default Math.random */
  readonly random?: () => number;
}

/** Labels of an exemplar. */
export type TraceLabels = Readonly<Record<"trace_id" | "span_id", string>>;

/**
 * Decides which requests have spans, for all connections of a process; `kafkaTracing` makes them.
 *
 * By chance (`ratio`) or by the trace that a request belongs to it decides at the beginning. Whether a
 * request fails, or is slower than 99 % of its API's, only its end tells: the spans of such a one are
 * made then, with the times that were noted. They carry `pagoda.sampling.reason`, by which a sampler of
 * the provider can let them through (`isChosen`).
 */
export class KafkaTracer {
  readonly tracer: Tracer;
  readonly records: RecordContextsOptions;
  readonly #ratio: number;
  readonly #random: () => number;
  readonly #keeps: boolean;
  readonly #budget: KeptBudget;
  readonly #slow = new SlowRequests();
  readonly #spans = new WeakMap<KafkaRequest, SpanContext>();

  constructor(options: KafkaTracerOptions) {
    const { tracerProvider, random = Math.random, records = {} } = options;
    const ratio = notNegative("ratio", options.ratio ?? 0.01);
    if (ratio > 1) throw new RangeError(`ratio must be at most 1, got ${ratio}`);
    const maxKeptPerSecond = whole("maxKeptPerSecond", options.maxKeptPerSecond ?? 100, 0);
    this.tracer = tracerProvider.getTracer(scopeName, undefined, { schemaUrl: tracingSchemaUrl });
    this.records = { random, ...records };
    this.#ratio = ratio;
    this.#random = random;
    this.#keeps = maxKeptPerSecond > 0;
    this.#budget = new KeptBudget(maxKeptPerSecond);
  }

  /** A request comes. Undefined where nothing has to be noted of it. */
  begin(request: KafkaRequest, cx: Context): RequestTrace | undefined {
    const parent = cx.get(parentTrace);
    const chosen =
      parent === undefined ? this.#random() < this.#ratio : (parent.traceFlags & TraceFlags.SAMPLED) !== 0;
    if (!chosen && !this.#keeps) return undefined;
    const noted = new RequestTrace(performance.now());
    if (!chosen) return noted;
    const span = this.tracer.startSpan(
      `proxy ${apiNameOf(request)}`,
      {
        kind: SpanKind.SERVER,
        startTime: noted.epochMs(noted.startedMs),
        attributes: { [attributeNames.samplingReason]: parent === undefined ? "ratio" : "parent" },
      },
      contextOf(parent),
    );
    if (!span.isRecording()) return this.#keeps ? noted : undefined;
    noted.span = span;
    this.#spans.set(request, span.spanContext());
    return noted;
  }

  /**
   * Why a request without a span gets one after all; undefined if it gets none.
   * @param waits it waits for other things than work: it is never slow
   */
  reasonToKeep(
    request: KafkaRequest,
    { failed, waits, durationMs }: { failed: boolean; waits: boolean; durationMs: number },
  ): SamplingReason | undefined {
    if (!this.#keeps) return undefined;
    const slow = !waits && request.api !== null && this.#slow.isSlow(request.apiKey, durationMs);
    if (!failed && !slow) return undefined;
    if (!this.#budget.take(performance.now())) return undefined;
    return failed ? "error" : "slow";
  }

  /** A request got its span late. */
  kept(request: KafkaRequest, span: SpanContext): void {
    this.#spans.set(request, span);
  }

  /** For `exemplar` of `kafkaMetrics`, which stands outside: the trace of a request that has spans. */
  exemplarOf(request: KafkaRequest): TraceLabels | undefined {
    const span = this.#spans.get(request);
    return span && { trace_id: span.traceId, span_id: span.spanId };
  }
}

/** What spans call a request. Unknown ones share a name: their number is whatever a client sends. */
export function apiNameOf({ api, isRawToken }: KafkaRequest): string {
  return isRawToken ? "SaslToken" : (api?.name ?? "unknown");
}

/** What a span begins in. */
export function contextOf(parent: SpanContext | undefined): OtelContext {
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
}
