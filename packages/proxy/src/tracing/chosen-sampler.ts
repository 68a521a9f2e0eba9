import type { Attributes, Context, Link, SpanKind } from "@opentelemetry/api";
import { ParentBasedSampler, SamplingDecision, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace";
import type { Sampler, SamplingResult } from "@opentelemetry/sdk-trace";
import { isChosen } from "@pagoda/metrics";

/**
 * Takes what the tracing tier has chosen, by chance or by how the request ended. The rest goes by its
 * parent; without one, `ratio` decides.
 */
export class ChosenSampler implements Sampler {
  readonly #others: Sampler;

  constructor(ratio: number) {
    this.#others = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }

  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    if (isChosen(attributes)) return { decision: SamplingDecision.RECORD_AND_SAMPLED };
    return this.#others.shouldSample(context, traceId, spanName, spanKind, attributes, links);
  }

  toString(): string {
    return `Chosen{${this.#others.toString()}}`;
  }
}
