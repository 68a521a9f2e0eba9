import type { Direction, Metrics } from "@pagoda/metrics";
import { formatEndpoint } from "@pagoda/tcp";
import type { Connection } from "@pagoda/tcp";

import { logSampler } from "./log-sampler.ts";
import type { Logger } from "./log.ts";

export interface RefusalsOptions {
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly direction: Direction;
  readonly tls: boolean;
}

/**
 * What to do with a connection beyond a listener's limit, which never meets the stack: it is counted
 * as one that was opened and closed, and logged, at most once a second.
 */
export function refusals({ metrics, log, direction, tls }: RefusalsOptions): (refused: Connection) => void {
  const sample = logSampler();
  return (refused) => {
    metrics.tcp.watch(refused, { direction, peer: "src", tls });
    void refused.closed.then(({ error }) => {
      const { write, suppressed } = sample("CONNECTION_LIMIT");
      if (!write) return;
      const { listener, id: conn, remote } = refused;
      const facts = { listener, conn, client: formatEndpoint(remote), err: error };
      log.warn({ ...facts, ...(suppressed > 0 && { suppressed }) }, "connection refused");
    });
  };
}
