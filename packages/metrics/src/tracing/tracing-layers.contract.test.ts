import { ProxyTracerProvider } from "@opentelemetry/api";
import type { SameLayer } from "@pagoda/core";
import { layerContract } from "@pagoda/core/testing";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { amongTexts } from "@pagoda/kafka/testing";

import { injectTraceContext } from "./inject-trace-context.ts";
import { KafkaTracer } from "./kafka-tracer.ts";
import { kafkaTracing } from "./kafka-tracing.ts";
import { tracedLayer } from "./traced-layer.ts";
import { upstreamTracing } from "./upstream-tracing.ts";

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
