// For people who assemble proxies.
export { createMetrics } from "./metrics.ts";
export type { Metrics, MetricsOptions } from "./metrics.ts";
export { metricsPage } from "./page.ts";
export type { MetricsPage } from "./page.ts";
export { tcpMetrics } from "./tcp-metrics.ts";
export type { TcpMetricsOptions } from "./tcp-metrics.ts";
export { detectionMetrics } from "./detection-metrics.ts";
export type { DetectionMetricsOptions } from "./detection-metrics.ts";
export { kafkaMetrics } from "./kafka/client-tier.ts";
export type { KafkaTierOptions } from "./kafka/client-tier.ts";
export { upstreamKafkaMetrics } from "./kafka/upstream-tier.ts";
export type { UpstreamKafkaTierOptions } from "./kafka/upstream-tier.ts";
export { timedLayer } from "./kafka/timed-layer.ts";
export type { TimedLayerOptions } from "./kafka/timed-layer.ts";
export { joinWatchers } from "./kafka/join-watchers.ts";
export type { ExchangeWatcher, Outcome, WatchedExchange } from "./kafka/exchange-watcher.ts";
export type { PartitionFacts } from "./kafka/partitions.ts";
export { codecErrors } from "./kafka/codec-errors.ts";
export type { CodecErrorsOptions } from "./kafka/codec-errors.ts";

export { printCompat } from "./compat/compat.ts";
export type { CompatName } from "./compat/compat.ts";

export { latencyBuckets, sizeBuckets } from "./buckets.ts";
export type { ExemplarLabels } from "./kafka/cells.ts";
export { KafkaMetrics } from "./kafka/kafka-metrics.ts";
export type { KafkaMetricsOptions } from "./kafka/kafka-metrics.ts";
export { SeriesLimits } from "./cardinality/series-limits.ts";
export type { SeriesLimitsOptions, Tracked, TrackedSeries } from "./cardinality/series-limits.ts";
export { LabelLimiter } from "./cardinality/label-limiter.ts";
export type { LabelOptions, MetricsProfile, OpenLabel, RewriteRule } from "./cardinality/options.ts";
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
export { AddressMetrics } from "./address-metrics.ts";
export { DetectionMetrics } from "./detection-metrics.ts";
export { ProcessMetrics } from "./process-metrics.ts";
export type { BuildInfo, ListenerState, ReloadOutcome } from "./process-metrics.ts";
export { TcpMetrics } from "./tcp-metrics.ts";
export type { Direction, Peer, TcpLabels } from "./tcp-metrics.ts";
export { TapMetrics } from "./tap-metrics.ts";
export { TransformMetrics } from "./transform-metrics.ts";
export { UpstreamMetrics } from "./upstream-metrics.ts";
export type { ConnectErrorReason } from "./upstream-metrics.ts";
