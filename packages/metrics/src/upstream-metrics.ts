import { Counter, Histogram } from "prom-client";
import type { Registry } from "prom-client";

import { latencyBuckets } from "./buckets.ts";

/** Why an upstream connection could not be opened, as a label. */
export type ConnectErrorReason = "refused" | "timeout" | "tls" | "auth" | "dns" | "other";

const reasons: readonly ConnectErrorReason[] = ["refused", "timeout", "tls", "auth", "dns", "other"];

/** The `pagoda_upstream_connect_*` families. */
export class UpstreamMetrics {
  readonly #duration: Histogram<"node_id">;
  readonly #errors: Counter<"node_id" | "reason">;
  readonly #nodes = new Set<string>();

  constructor(registry: Registry) {
    this.#duration = new Histogram({
      name: "pagoda_upstream_connect_duration_seconds",
      help: "Time to open (TCP+TLS+SASL) a broker connection.",
      labelNames: ["node_id"],
      buckets: [...latencyBuckets],
      registers: [registry],
    });
    this.#errors = new Counter({
      name: "pagoda_upstream_connect_errors_total",
      help: "Failed broker connections (refused|timeout|tls|auth|dns).",
      labelNames: ["node_id", "reason"],
      registers: [registry],
    });
  }

  /**
   * Measures one attempt to open a connection, and gives its outcome back unchanged. A failure is
   * counted under its `reason` where it has one of ours, else under `other`; one that the caller
   * cancelled is not counted.
   *
   * @param nodeId the broker's node id, or `bootstrap` before a broker is known.
   */
  async connecting<T>(nodeId: string, attempt: () => Promise<T>): Promise<T> {
    this.#preRegister(nodeId);
    const startedMs = performance.now();
    try {
      const connection = await attempt();
      this.#duration.observe({ node_id: nodeId }, (performance.now() - startedMs) / 1_000);
      return connection;
    } catch (error) {
      this.failed(nodeId, error);
      throw error;
    }
  }

  /** Counts a connection that was open and is of no more use, in the same way: nobody is let in again. */
  failed(nodeId: string, error: unknown): void {
    this.#preRegister(nodeId);
    const reason = reasonOf(error);
    if (reason !== undefined) this.#errors.inc({ node_id: nodeId, reason });
  }

  #preRegister(nodeId: string): void {
    if (this.#nodes.has(nodeId)) return;
    this.#nodes.add(nodeId);
    for (const reason of reasons) this.#errors.inc({ node_id: nodeId, reason }, 0);
  }
}

function reasonOf(error: unknown): ConnectErrorReason | undefined {
  if (typeof error !== "object" || error === null) return "other";
  if ("kind" in error && error.kind === "cancelled") return undefined;
  const said: unknown = "reason" in error ? error.reason : undefined;
  return reasons.find((reason) => reason === said) ?? "other";
}
