import { optional, route, stack } from "@pagoda/core";
import type { Drain, GuardedService } from "@pagoda/core";
import { kafkaClient, serveKafka } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { detectionMetrics, tcpMetrics } from "@pagoda/metrics";
import type { Metrics } from "@pagoda/metrics";
import { acceptProxyHeader, detect, drainQuiet, forwardTo, idleTimeout, terminateTls } from "@pagoda/tcp";
import type { Connection, Detected, ServerTls } from "@pagoda/tcp";

import { connectionLog } from "../connection-log.ts";
import type { ListenerConfig } from "../config/model.ts";
import type { Logger } from "../log.ts";

import type { Upstream } from "../upstream.ts";

/** What the stacks are made of, beside their options. */
export interface InboundParts {
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly drain: Drain;
  /** What the listener shows to TLS clients; undefined where it does not terminate TLS. */
  readonly tls: ServerTls | undefined;
  readonly upstream: Upstream;
}

/**
 * Beside one service: an accepted connection's way through the proxy, read top to bottom. Kafka goes
 * on as requests, anything else as bytes. Addresses are left alone: the broker advertises this proxy.
 */
export function inbound(
  { protocol, acceptProxyHeader: proxyHeader, timeouts }: ListenerConfig,
  { metrics, log, drain, tls, upstream }: InboundParts,
): GuardedService<Connection, void> {
  const kafka = stack<Connection, void>()
    .push(idleTimeout({ idleTimeoutMs: timeouts.idleMs }))
    .service(
      serveKafka(
        (client, scope) =>
          stack<KafkaRequest, KafkaAnswer>().service(kafkaClient((cx) => upstream.open(client, cx), scope)),
        { drain },
      ),
    );

  return (
    stack<Connection, void>()
      // Outermost: counts what the layers below refuse, too.
      .push(tcpMetrics({ metrics, tls: tls !== undefined }))
      .push(connectionLog({ log }))
      // Before TLS: a balancer puts its header in front of the client's first byte.
      .push(optional(proxyHeader, (options) => acceptProxyHeader(options)))
      .push(optional(tls, (tls) => terminateTls({ tls })))
      // What the client really says: below everything that wraps it.
      .push(detect({ timeoutMs: timeouts.detectMs, ...(protocol !== "detect" && { hint: protocol }) }))
      .push(detectionMetrics({ metrics }))
      .push(route({ when: speaksKafka, to: kafka }))
      // Next to the ground: it closes what forwarding would keep open until the drain's deadline.
      .push(drainQuiet({ drain }))
      .service(
        forwardTo({ connect: (client, cx) => upstream.open(client, cx), idleTimeoutMs: timeouts.idleMs }),
      )
  );
}

function speaksKafka({ detected }: Detected): boolean {
  return detected.protocol === "kafka";
}
