import { optional, stack } from "@pagoda/core";
import type { Drain, GuardedService } from "@pagoda/core";
import { detectionMetrics, tcpMetrics } from "@pagoda/metrics";
import type { Metrics } from "@pagoda/metrics";
import { acceptProxyHeader, detect, drainQuiet, forwardTo, terminateTls } from "@pagoda/tcp";
import type { Connection, ServerTls } from "@pagoda/tcp";

import { connectionLog } from "../connection-log.ts";
import type { Logger } from "../log.ts";
import type { ProxyOptions } from "../options.ts";
import type { Upstream } from "../upstream.ts";

/** What the inbound stack is made of, beside its options. */
export interface InboundParts {
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly drain: Drain;
  /** What the listener shows to TLS clients; undefined where it does not terminate TLS. */
  readonly tls: ServerTls | undefined;
  readonly upstream: Upstream;
}

/** One accepted connection's way through the proxy, read top to bottom. */
export function inbound(
  { protocol, acceptProxyHeader: proxyHeader, detectTimeoutMs, idleTimeoutMs }: ProxyOptions,
  { metrics, log, drain, tls, upstream }: InboundParts,
): GuardedService<Connection, void> {
  return (
    stack<Connection, void>()
      // Outermost: counts what the layers below refuse, too.
      .push(tcpMetrics({ metrics, tls: tls !== undefined }))
      .push(connectionLog({ log }))
      // Before TLS: a balancer puts its header in front of the client's first byte.
      .push(optional(proxyHeader, (options) => acceptProxyHeader(options)))
      .push(optional(tls, (tls) => terminateTls({ tls })))
      // What the client really says: below everything that wraps it.
      .push(detect({ timeoutMs: detectTimeoutMs, ...(protocol !== "detect" && { hint: protocol }) }))
      .push(detectionMetrics({ metrics }))
      // Next to the ground: it closes what forwarding would keep open until the drain's deadline.
      .push(drainQuiet({ drain }))
      .service(forwardTo({ connect: (client, cx) => upstream.open(client, cx), idleTimeoutMs }))
  );
}
