import { ProxyTracerProvider } from "@opentelemetry/api";
import { mapRequest, mapResponse, stack } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import { layerContract } from "@pagoda/core/testing";
import { KafkaRequest } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaResponse } from "@pagoda/kafka";
import { Metadata } from "@pagoda/kafka/protocol";

import { injectTraceContext } from "./inject-trace-context.ts";
import { KafkaTracer } from "./kafka-tracer.ts";
import { kafkaTracing } from "./kafka-tracing.ts";
import { tracedLayer } from "./traced-layer.ts";
import { upstreamTracing } from "./upstream-tracing.ts";

/** A text travels as the client id of a request, and as the cluster id of a response. */
function amongTexts(layer: SameLayer<KafkaRequest, KafkaAnswer>): SameLayer<string, string> {
  const made = (clientId: string) =>
    KafkaRequest.of(Metadata, { version: 12, body: Metadata.request.of(), clientId });
  const clusterIdOf = (answer: KafkaAnswer) =>
    ((answer as KafkaResponse).body as { clusterId: string }).clusterId;
  return (inner) =>
    stack<string, string>()
      .push(mapRequest(made))
      .push(mapResponse(clusterIdOf))
      .push(layer)
      .push(
        mapResponse((clusterId: string): KafkaAnswer =>
          made("").respond(Metadata.response.of({ clusterId })),
        ),
      )
      .push(mapRequest((request: KafkaRequest) => request.clientId ?? ""))
      .service(inner);
}

const connection = {
  listener: "main",
  local: { host: "127.0.0.1", port: 9_092 },
  remote: { host: "127.0.0.1", port: 50_000 },
};

function tracing(ratio: number): SameLayer<KafkaRequest, KafkaAnswer> {
  const tracer = new KafkaTracer({ tracerProvider: new ProxyTracerProvider(), ratio });
  const outer = kafkaTracing({ tracer, connection });
  return (inner) => outer(tracedLayer("upstream", upstreamTracing())(inner));
}

layerContract("kafkaTracing of nothing, around upstreamTracing", () => amongTexts(tracing(0)));
layerContract("kafkaTracing of everything, around upstreamTracing", () => amongTexts(tracing(1)));
layerContract("injectTraceContext", () => amongTexts(injectTraceContext()));
