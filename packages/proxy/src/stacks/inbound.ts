import { optional, stack } from "@pagoda/core";
import type { Service } from "@pagoda/core";
import { detectionMetrics, tcpMetrics } from "@pagoda/metrics";
import type { Metrics } from "@pagoda/metrics";
import { acceptProxyHeader, detect, terminateTls } from "@pagoda/tcp";
import type { Certificates, Connection } from "@pagoda/tcp";

import { connectionLog } from "../connection-log.ts";
import type { Logger } from "../log.ts";
import type { ProxyOptions } from "../options.ts";

/** What the inbound stack is made of, beside its options. */
export interface InboundParts {
  readonly metrics: Metrics;
  readonly log: Logger;
  /** What the listener shows to TLS clients; undefined where it does not terminate TLS. */
  readonly certificates: Certificates | undefined;
  /** The ground: takes a connection whose protocol is known to the upstream. */
  readonly upstream: Service<Connection, void>;
}

/** One accepted connection's way through the proxy, read top to bottom. */
export function inbound(
  { protocol, acceptProxyHeader: header, detectTimeoutMs }: ProxyOptions,
  { metrics, log, certificates, upstream }: InboundParts,
): Service<Connection, void> {
  return (
    stack<Connection, void>()
      // Outermost: counts what the layers below refuse, too.
      .push(tcpMetrics({ metrics, tls: certificates !== undefined }))
      .push(connectionLog({ log }))
      // Before TLS: a balancer puts its header in front of the client's first byte.
      .push(optional(header !== "off", () => acceptProxyHeader({ required: header === "required" })))
      .push(optional(certificates !== undefined, () => terminateTls({ certificates })))
      // What the client really says: below everything that wraps it.
      .push(detect({ timeoutMs: detectTimeoutMs, ...(protocol !== "detect" && { hint: protocol }) }))
      .push(detectionMetrics({ metrics }))
      .service(upstream)
  );
}
