// For people who assemble proxies.
export { createMetrics } from "./metrics.ts";
export type { Metrics, MetricsOptions } from "./metrics.ts";
export { metricsPage } from "./page.ts";
export type { MetricsPage } from "./page.ts";
export { tcpMetrics } from "./tcp-metrics.ts";
export type { TcpMetricsOptions } from "./tcp-metrics.ts";
export { detectionMetrics } from "./detection-metrics.ts";
export type { DetectionMetricsOptions } from "./detection-metrics.ts";

// For people who write layers of their own.
export { latencyBuckets } from "./buckets.ts";
export { AddressMetrics } from "./address-metrics.ts";
export { DetectionMetrics } from "./detection-metrics.ts";
export { ProcessMetrics } from "./process-metrics.ts";
export type { BuildInfo, ListenerState, ReloadOutcome } from "./process-metrics.ts";
export { TcpMetrics } from "./tcp-metrics.ts";
export type { Direction, Peer, TcpLabels } from "./tcp-metrics.ts";
export { UpstreamMetrics } from "./upstream-metrics.ts";
export type { ConnectErrorReason } from "./upstream-metrics.ts";
