import type { Registry } from "prom-client";

import { AddressMetrics } from "./address-metrics.ts";
import { DetectionMetrics } from "./detection-metrics.ts";
import { ProcessMetrics } from "./process-metrics.ts";
import type { BuildInfo } from "./process-metrics.ts";
import { SeriesLimits } from "./cardinality/series-limits.ts";
import type { SeriesLimitsOptions } from "./cardinality/series-limits.ts";
import { KafkaMetrics } from "./kafka/kafka-metrics.ts";
import { TapMetrics } from "./tap-metrics.ts";
import { TcpMetrics } from "./tcp-metrics.ts";
import { TransformMetrics } from "./transform-metrics.ts";
import { UpstreamMetrics } from "./upstream-metrics.ts";

export interface MetricsOptions {
  /** Where to register. Required: prom-client's global registry is never touched. */
  readonly registry: Registry;
  readonly build: BuildInfo;
  /** The profile, and what bounds the series of topics and clients. @default the standard profile */
  readonly series?: SeriesLimitsOptions;
}

/** Every family of a proxy, made once per registry and handed to the layers that feed them. */
export interface Metrics {
  readonly registry: Registry;
  readonly process: ProcessMetrics;
  readonly tcp: TcpMetrics;
  readonly upstream: UpstreamMetrics;
  readonly detection: DetectionMetrics;
  readonly addresses: AddressMetrics;
  readonly series: SeriesLimits;
  readonly kafka: KafkaMetrics;
  readonly transforms: TransformMetrics;
  readonly tap: TapMetrics;
}

/** @throws Error, from prom-client, when the registry already has one of the families. */
export function createMetrics({ registry, build, series: limits = {} }: MetricsOptions): Metrics {
  const series = new SeriesLimits(registry, limits);
  return {
    registry,
    process: new ProcessMetrics(registry, build),
    tcp: new TcpMetrics(registry),
    upstream: new UpstreamMetrics(registry),
    detection: new DetectionMetrics(registry),
    addresses: new AddressMetrics(registry),
    series,
    kafka: new KafkaMetrics(registry, { series }),
    transforms: new TransformMetrics(registry, series),
    tap: new TapMetrics(registry),
  };
}
