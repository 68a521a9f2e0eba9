import { layer } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";

import { currentTrace } from "./request-trace.ts";

/**
 * Notes when requests go to the broker, and how that ends, for the CLIENT spans that `kafkaTracing`
 * makes; without it they are missing, and all time counts as the proxy's. Innermost, next to
 * `kafkaClient`. It only watches.
 */
export function upstreamTracing(): SameLayer<KafkaRequest, KafkaAnswer> {
  return layer("upstreamTracing", (inner) => (request: KafkaRequest, cx) => {
    // What a layer asks in the course of a request is its share of it, not another sending.
    const attempt = request.own ? undefined : cx.get(currentTrace)?.attempt(performance.now());
    const answer = inner.call(request, cx);
    if (attempt === undefined) return answer;
    answer.then(
      (response) => {
        attempt.settledMs = performance.now();
        attempt.answer = response;
      },
      (failure: unknown) => {
        attempt.settledMs = performance.now();
        attempt.failure = failure;
      },
    );
    return answer;
  });
}
