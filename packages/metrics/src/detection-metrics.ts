import { layer } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import type { Connection, Detected } from "@pagoda/tcp";
import { Counter } from "prom-client";
import type { Registry } from "prom-client";

/** The protocols that have a label of their own; every other one is `unknown`. */
const known = ["kafka", "http", "tls"] as const;

/** The `pagoda_protocol_detections_total` family. */
export class DetectionMetrics {
  readonly #detections: Counter<"listener" | "protocol" | "source">;

  constructor(registry: Registry) {
    this.#detections = new Counter({
      name: "pagoda_protocol_detections_total",
      help: "Protocol decided per connection (kafka|http|tls|unknown; source hint|peek).",
      labelNames: ["listener", "protocol", "source"],
      registers: [registry],
    });
  }

  count(listener: string, detected: Detected["detected"]): void {
    const protocol = known.find((name) => name === detected.protocol) ?? "unknown";
    this.#detections.inc({ listener, protocol, source: detected.source });
  }
}

export interface DetectionMetricsOptions {
  readonly metrics: { readonly detection: DetectionMetrics };
}

/** Counts what `detect` decided. Stands right below it. */
export function detectionMetrics<C extends Connection & Detected, R>({
  metrics,
}: DetectionMetricsOptions): SameLayer<C, R> {
  return layer("detectionMetrics", (inner) => (connection: C, cx) => {
    metrics.detection.count(connection.listener, connection.detected);
    return inner.call(connection, cx);
  });
}
