import { layer, named } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import type { Connection } from "@pagoda/tcp";

import { apiNameOf } from "./api-tally.ts";
import { UnderWay } from "./exchange.ts";
import type { KafkaMetrics } from "./kafka-metrics.ts";

export interface TimedLayerOptions {
  readonly metrics: { readonly kafka: KafkaMetrics };
  /** The client's connection, as `kafkaMetrics` has it. */
  readonly connection: Connection;
}

/** A request within the layer. Milliseconds of `performance.now()`; 0 is not yet. */
interface Passage {
  readonly request: KafkaRequest;
  readonly startedMs: number;
  sentMs: number;
  receivedMs: number;
}

/**
 * A layer that somebody configured, with its own share measured: from a request coming to it until it
 * hands one on, and from the answer coming back until it answers (`pagoda_layer_duration_seconds`). A
 * request that it answers without handing one on is a short circuit under its name.
 *
 * Of a request that it hands on more than once the first time counts, and the last answer.
 *
 * @param name the label: from the configuration, never from a request
 */
export function timedLayer(
  name: string,
  given: SameLayer<KafkaRequest, KafkaAnswer>,
  { metrics: { kafka }, connection }: TimedLayerOptions,
): SameLayer<KafkaRequest, KafkaAnswer> {
  const { layerDuration } = kafka.families;

  return named(given.name, (service) => {
    const requestShare = layerDuration.cell({ layer: name, hook: "request" });
    const responseShare = layerDuration.cell({ layer: name, hook: "response" });
    const exchanges = kafka.exchanges(connection);
    const passages = new UnderWay<Passage>();

    const entry = layer<KafkaRequest, KafkaAnswer>("timedLayer", (inner) => (request, cx) => {
      const exchange = exchanges.find(request);
      const passage: Passage = { request, startedMs: performance.now(), sentMs: 0, receivedMs: 0 };
      passages.enter(passage);
      const answer = inner.call(request, cx);
      passages.leave(passage);
      answer.then(
        () => {
          passages.settled(passage);
          if (passage.receivedMs > 0) responseShare.observe((performance.now() - passage.receivedMs) / 1_000);
          if (passage.sentMs > 0) return;
          if (exchange === undefined) kafka.shortCircuit(name, apiNameOf(request.apiKey));
          else exchange.answeredBy ??= name;
        },
        () => {
          passages.settled(passage);
          if (passage.sentMs === 0 && exchange !== undefined) exchange.answeredBy ??= name;
        },
      );
      return answer;
    });
    const exit = layer<KafkaRequest, KafkaAnswer>("timedLayer", (inner) => (request, cx) => {
      const passage = passages.find(request);
      if (passage === undefined) return inner.call(request, cx);
      if (passage.sentMs === 0) {
        passage.sentMs = performance.now();
        requestShare.observe((passage.sentMs - passage.startedMs) / 1_000);
      }
      const answer = inner.call(request, cx);
      const received = (): void => {
        passage.receivedMs = performance.now();
      };
      answer.then(received, received);
      return answer;
    });
    return entry(given(exit(service)));
  });
}
