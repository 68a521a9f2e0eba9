import { optional, stack } from "@pagoda/core";
import type { Stack } from "@pagoda/core";
import { detectionMetrics, tcpMetrics } from "@pagoda/metrics";
import type { Direction, Metrics } from "@pagoda/metrics";
import { acceptProxyHeader, detect, limitPerAddress, maxAge } from "@pagoda/tcp";
import type { Connection, Detected } from "@pagoda/tcp";

import type { ListenerConfig } from "../config/model.ts";
import { connectionLog } from "../connection-log.ts";
import type { Logger } from "../log.ts";
import { perClient, serveTls, tlsLabel } from "./parts.ts";
import type { ServedTls } from "./parts.ts";

export interface AcceptingParts {
  readonly direction: Direction;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly tls: ServedTls | undefined;
}

/** How every stack begins: from an accepted connection to what the client says on it. */
export function accepting(
  { protocol, acceptProxyHeader: proxyHeader, limits, timeouts }: ListenerConfig,
  { direction, metrics, log, tls }: AcceptingParts,
): Stack<Connection, void, Connection & Detected, void> {
  return (
    stack<Connection, void>()
      // Outermost: counts what the layers below refuse, too.
      .push(tcpMetrics({ metrics, direction, tls: tlsLabel(tls) }))
      .push(connectionLog({ log }))
      .push(optional(timeouts.maxAgeMs > 0 && timeouts, ({ maxAgeMs }) => maxAge({ maxAgeMs })))
      // Before TLS: a balancer puts its header in front of the client's first byte.
      .push(optional(proxyHeader, (options) => acceptProxyHeader(options)))
      .push(
        optional(perClient(proxyHeader, limits), (max) =>
          limitPerAddress({ maxConnectionsPerAddress: () => max }),
        ),
      )
      .push(optional(tls, (served) => serveTls(served, metrics)))
      // What the client really says: below everything that wraps it.
      .push(detect({ timeoutMs: timeouts.detectMs, ...(protocol !== "detect" && { hint: protocol }) }))
      .push(detectionMetrics({ metrics }))
  );
}
