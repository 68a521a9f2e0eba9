import { contextKey, layer, named } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";

import { currentTrace } from "./request-trace.ts";

/** A request within a layer, of `performance.now()`. */
interface Passage {
  sentMs: number;
  receivedMs: number;
  readonly outer: Passage | undefined;
}

const passageKey = contextKey<Passage | undefined>("tracing.passage", undefined);

/**
 * A layer with its own share noted, from a request coming to it until it hands one on, and from the
 * answer coming back until it answers: an event of the request's span where that is above 1 ms. Of a
 * request that it hands on more than once the first time counts, and the last answer.
 *
 * @param name from the configuration, never from a request
 */
export function tracedLayer(
  name: string,
  given: SameLayer<KafkaRequest, KafkaAnswer>,
): SameLayer<KafkaRequest, KafkaAnswer> {
  const entry = layer<KafkaRequest, KafkaAnswer>("tracedLayer", (inner) => (request, cx) => {
    const trace = cx.get(currentTrace);
    if (trace === undefined) return inner.call(request, cx);
    const passage: Passage = { sentMs: 0, receivedMs: 0, outer: cx.get(passageKey) };
    const startedMs = performance.now();
    const answer = inner.call(request, cx.with(passageKey, passage));
    const settled = (): void => {
      const endedMs = performance.now();
      const sentMs = passage.sentMs === 0 ? endedMs : passage.sentMs;
      trace.layerTook({ layer: name, hook: "request", durationMs: sentMs - startedMs, endedMs: sentMs });
      if (passage.receivedMs === 0) return;
      const durationMs = endedMs - passage.receivedMs;
      trace.layerTook({ layer: name, hook: "response", durationMs, endedMs });
    };
    answer.then(settled, settled);
    return answer;
  });
  const exit = layer<KafkaRequest, KafkaAnswer>("tracedLayer", (inner) => (request, cx) => {
    const passage = cx.get(passageKey);
    if (passage === undefined) return inner.call(request, cx);
    if (passage.sentMs === 0) passage.sentMs = performance.now();
    // The layers further in have passages of their own.
    const answer = inner.call(request, cx.with(passageKey, passage.outer));
    const received = (): void => {
      passage.receivedMs = performance.now();
    };
    answer.then(received, received);
    return answer;
  });
  return named(given.name, (service) => entry(given(exit(service))));
}
