// For people who assemble proxies.
export { createMetrics } from "./metrics.ts";
export type { Metrics, MetricsOptions } from "./metrics.ts";
export { metricsPage } from "./page.ts";
export type { MetricsPage } from "./page.ts";
export { tcpMetrics } from "./tcp-metrics.ts";
export type { TcpMetricsOptions } from "./tcp-metrics.ts";
export { detectionMetrics } from "./detection-metrics.ts";
export type { DetectionMetricsOptions } from "./detection-metrics.ts";
export { KafkaTracer } from "./tracing/kafka-tracer.ts";
export type { KafkaTracerOptions, TraceLabels } from "./tracing/kafka-tracer.ts";
export { kafkaTracing } from "./tracing/kafka-tracing.ts";
export type { KafkaTracingOptions } from "./tracing/kafka-tracing.ts";
export type { TracedBroker } from "./tracing/request-spans.ts";
export { upstreamTracing } from "./tracing/upstream-tracing.ts";
export { tracedLayer } from "./tracing/traced-layer.ts";
export { injectTraceContext } from "./tracing/inject-trace-context.ts";
export type { InjectTraceContextOptions, TransformedRecords } from "./tracing/inject-trace-context.ts";
export type { RecordContextsOptions } from "./tracing/record-contexts.ts";

// For people who write layers of their own.
export { currentTrace, parentTrace } from "./tracing/request-trace.ts";
export type { LayerShare, RequestTrace } from "./tracing/request-trace.ts";
export { isChosen, tracingSchemaUrl } from "./tracing/conventions.ts";
export type { SamplingReason } from "./tracing/conventions.ts";
export { latencyBuckets } from "./buckets.ts";
export { AddressMetrics } from "./address-metrics.ts";
export { DetectionMetrics } from "./detection-metrics.ts";
export { ProcessMetrics } from "./process-metrics.ts";
export type { BuildInfo, ListenerState, ReloadOutcome } from "./process-metrics.ts";
export { TcpMetrics } from "./tcp-metrics.ts";
export type { Direction, Peer, TcpLabels } from "./tcp-metrics.ts";
export { UpstreamMetrics } from "./upstream-metrics.ts";
export type { ConnectErrorReason } from "./upstream-metrics.ts";
