import { optional, route, stack } from "@pagoda/core";
import type { Drain, GuardedService } from "@pagoda/core";
import { kafkaClient, KafkaSession, kafkaSession, serveKafka, TopicIds, watchTopicIds } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import {
  codecErrors,
  injectTraceContext,
  kafkaMetrics,
  kafkaTracing,
  upstreamKafkaMetrics,
  upstreamTracing,
} from "@pagoda/metrics";
import type { Metrics } from "@pagoda/metrics";
import { drainQuiet, forwardTo, idleTimeout, letIn, untilLetIn } from "@pagoda/tcp";
import type { Connection, Detected } from "@pagoda/tcp";

import type { ListenerConfig } from "../config/model.ts";
import type { Logger } from "../log.ts";
import type { ProxyTraffic } from "../traffic/proxy-traffic.ts";
import type { Upstream } from "../upstream.ts";
import { accepting } from "./accepting.ts";
import { cutThrough, exemplars, injection } from "./parts.ts";
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
  /** What is told of the requests, where they are counted. */
  readonly traffic: Pick<ProxyTraffic, "watch">;
}

/**
 * Beside one service: an accepted connection's way through the proxy, read top to bottom. Kafka goes
 * on as requests, anything else as bytes. Addresses are left alone: the broker advertises this proxy.
 */
export function inbound(
  listener: ListenerConfig,
  { metrics, log, drain, tls, upstream, tracing, traffic }: InboundParts,
): GuardedService<Connection, void> {
  const { timeouts, layers } = listener;
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
            .push(
              optional(counts, () =>
                kafkaMetrics({ ...own, ...exemplars(spans), watcher: traffic.watch(own) }),
              ),
            )
            .push(optional(spans, ({ tracer }) => kafkaTracing({ ...own, tracer })))
            .push(requestLayers(layers, { metrics, connection: client, traced: spans !== undefined }))
            .push(watchTopicIds(topicIds))
            .push(optional(spans?.inject, () => injectTraceContext(injection(metrics, topicIds))))
            .push(optional(counts, () => upstreamKafkaMetrics(own)))
            .push(optional(spans, () => upstreamTracing()))
            .service(kafkaClient((cx) => upstream.open(client, cx), scope));
        },
        { drain, ...cutThrough(spans) },
      ),
    );

  return (
    accepting(listener, { direction, metrics, log, tls })
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
