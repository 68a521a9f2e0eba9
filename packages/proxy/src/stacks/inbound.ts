import { optional, route, stack } from "@pagoda/core";
import type { Drain, GuardedService } from "@pagoda/core";
import { kafkaClient, KafkaSession, kafkaSession, serveKafka, TopicIds, watchTopicIds } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import {
  codecErrors,
  detectionMetrics,
  injectTraceContext,
  kafkaMetrics,
  kafkaTracing,
  tcpMetrics,
  upstreamKafkaMetrics,
  upstreamTracing,
} from "@pagoda/metrics";
import type { Metrics } from "@pagoda/metrics";
import {
  acceptProxyHeader,
  detect,
  drainQuiet,
  forwardTo,
  idleTimeout,
  letIn,
  limitPerAddress,
  maxAge,
  untilLetIn,
} from "@pagoda/tcp";
import type { Connection, Detected } from "@pagoda/tcp";

import { connectionLog } from "../connection-log.ts";
import type { ListenerConfig } from "../config/model.ts";
import type { Logger } from "../log.ts";

import type { Upstream } from "../upstream.ts";
import { exemplars, injection, perClient, serveTls, tlsLabel } from "./parts.ts";
import type { ServedTls, StackTracing } from "./parts.ts";
import { requestLayers } from "./request-layers.ts";

/** What the stacks are made of, beside their options. */
export interface InboundParts {
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly drain: Drain;
  /** What the listener shows to TLS clients; undefined where it does not terminate TLS. */
  readonly tls: ServedTls | undefined;
  readonly upstream: Upstream;
  /** Undefined where no spans are made. */
  readonly tracing: StackTracing | undefined;
}

/**
 * Beside one service: an accepted connection's way through the proxy, read top to bottom. Kafka goes
 * on as requests, anything else as bytes. Addresses are left alone: the broker advertises this proxy.
 */
export function inbound(
  { protocol, acceptProxyHeader: proxyHeader, limits, timeouts, layers }: ListenerConfig,
  { metrics, log, drain, tls, upstream, tracing }: InboundParts,
): GuardedService<Connection, void> {
  const direction = "inbound";
  const counts = layers.some(({ layer }) => layer === "metrics");
  const spans = layers.some(({ layer }) => layer === "trace") ? tracing : undefined;
  const topicIds = new TopicIds();

  const kafka = stack<Connection, void>()
    .push(
      optional(timeouts.unauthenticatedMs > 0 && timeouts, ({ unauthenticatedMs: timeoutMs }) =>
        untilLetIn({ timeoutMs }),
      ),
    )
    .push(idleTimeout({ idleTimeoutMs: timeouts.idleMs }))
    .push(codecErrors({ metrics }))
    .service(
      serveKafka(
        (client, scope) => {
          const session = new KafkaSession(client, { onLetIn: () => letIn(client) });
          const nodeId = (): string => "bootstrap";
          const own = { metrics, connection: client, session, direction, topicIds, nodeId } as const;
          return stack<KafkaRequest, KafkaAnswer>()
            .push(kafkaSession(session))
            .push(optional(counts, () => kafkaMetrics({ ...own, ...exemplars(spans) })))
            .push(optional(spans, ({ tracer }) => kafkaTracing({ ...own, tracer })))
            .push(requestLayers(layers, { metrics, connection: client, traced: spans !== undefined }))
            .push(watchTopicIds(topicIds))
            .push(optional(spans?.inject, () => injectTraceContext(injection(metrics, topicIds))))
            .push(optional(counts, () => upstreamKafkaMetrics(own)))
            .push(optional(spans, () => upstreamTracing()))
            .service(kafkaClient((cx) => upstream.open(client, cx), scope));
        },
        { drain },
      ),
    );

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
