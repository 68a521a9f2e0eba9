import { optional, route, stack } from "@pagoda/core";
import type { Context, GuardedService } from "@pagoda/core";
import {
  detectLeaks,
  kafkaClient,
  KafkaSession,
  kafkaSession,
  negotiateVersions,
  reauthenticate,
  refuseBrokerApis,
  refuseSasl,
  rewriteAddresses,
  serveKafka,
  watchTopicIds,
} from "@pagoda/kafka";
import type {
  Advertiser,
  BeginSasl,
  BrokerSession,
  Cluster,
  KafkaAnswer,
  KafkaRequest,
  LoginError,
  TopicIds,
} from "@pagoda/kafka";
import {
  codecErrors,
  injectTraceContext,
  kafkaMetrics,
  kafkaTracing,
  upstreamKafkaMetrics,
  upstreamTracing,
} from "@pagoda/metrics";
import type { TracedBroker } from "@pagoda/metrics";
import { drainQuiet, forwardTo, idleTimeout, letIn, untilLetIn } from "@pagoda/tcp";
import type { Connection, Detected } from "@pagoda/tcp";

import type { NodeUpstream } from "../cluster/node-upstream.ts";
import type { ListenerConfig, ListenerTarget } from "../config/model.ts";
import { accepting } from "./accepting.ts";
import type { InboundParts } from "./inbound.ts";
import { cutThrough, exemplars, injection } from "./parts.ts";
import { requestLayers } from "./request-layers.ts";

type BeforeCluster = Extract<ListenerTarget, { readonly cluster: string }>;

export interface OutboundParts extends InboundParts, Pick<BeforeCluster, "unknownApis"> {
  /** The broker that a client's connection is for. */
  readonly nodes: NodeUpstream;
  /** What is known of the brokers. */
  readonly cluster: Cluster;
  /** Which topic has which id there. */
  readonly topicIds: TopicIds;
  /** How this proxy logs in to them; undefined where clients do. */
  readonly begin: BeginSasl | undefined;
  /** Where clients find them, and which one a connection is for. */
  readonly advertiser: Advertiser;
}

/**
 * Beside clients, before a whole cluster: every broker is reached through this proxy, whichever
 * listener a connection came to. Read top to bottom, first what happens to a connection, then what
 * happens to a request.
 */
export function outbound(
  listener: ListenerConfig,
  {
    metrics,
    log,
    drain,
    tls,
    upstream,
    nodes,
    cluster,
    topicIds,
    advertiser,
    unknownApis,
    begin,
    tracing,
    traffic,
  }: OutboundParts,
): GuardedService<Connection, void> {
  const { timeouts, layers } = listener;
  const direction = "outbound";
  const spans = layers.some(({ layer }) => layer === "trace") ? tracing : undefined;
  const counts = layers.some(({ layer }) => layer === "metrics");

  const others = stack<Connection, void>()
    .push(drainQuiet({ drain }))
    .service(
      forwardTo({ connect: (client, cx) => upstream.open(client, cx), idleTimeoutMs: timeouts.idleMs }),
    );

  // Made once: what it has told of, it tells no more, whichever connection it was on.
  const leaks = detectLeaks({
    cluster,
    onLeak: (leak) => log.warn({ leak }, "a client was told an address of the cluster"),
    onEveryLeak: ({ api, where }) => metrics.addresses.leaked(api ?? "unknown", where),
  });

  // Made once: what they know of a connection begins with its service.
  const versions = negotiateVersions({ unknown: unknownApis });
  const brokerApis = refuseBrokerApis();

  const requests = serveKafka(
    (client, scope) => {
      const session = new KafkaSession(client, { onLetIn: () => letIn(client) });
      // `bootstrap` until it is known which broker the connection is for.
      let node = "bootstrap";
      let login: BrokerSession | undefined;
      let opened: Connection | undefined;
      const onFailed = (error: LoginError): void => {
        // One of the two went away within it: nobody was refused.
        if (scope.closed) return;
        metrics.upstream.failed(node, error);
        log.error(
          { listener: client.listener, conn: client.id, err: error },
          "a broker does not let us in again",
        );
        void scope.close();
      };
      const nodeId = (): string => node;
      const own = { metrics, connection: client, session, direction, topicIds, nodeId } as const;
      const broker = (): TracedBroker | undefined => opened && { endpoint: opened.remote, nodeId: node };
      const openNode = async (cx: Context): Promise<Connection> => {
        opened = await nodes.open(client, cx);
        node = String(advertiser.targetOf(client) ?? node);
        if (begin !== undefined) login = upstream.sessionOf(opened);
        return opened;
      };
      return (
        stack<KafkaRequest, KafkaAnswer>()
          // Outermost: who the client is, for every tier below.
          .push(kafkaSession(session))
          .push(
            optional(counts, () =>
              kafkaMetrics({ ...own, ...exemplars(spans), watcher: traffic.watch(own) }),
            ),
          )
          .push(optional(spans, ({ tracer }) => kafkaTracing({ ...own, tracer, broker })))
          // What clients may use is what the layers below can read.
          .push(versions)
          .push(brokerApis)
          .push(optional(begin, () => refuseSasl()))
          .push(requestLayers(layers, { metrics, connection: client, traced: spans !== undefined }))
          .push(leaks)
          .push(watchTopicIds(topicIds))
          .push(rewriteAddresses({ cluster, advertise: (nodeId) => advertiser.addressOf(nodeId, client) }))
          .push(optional(spans?.inject, () => injectTraceContext(injection(metrics, topicIds))))
          .push(optional(counts, () => upstreamKafkaMetrics(own)))
          .push(optional(spans, () => upstreamTracing()))
          .push(optional(begin, (begin) => reauthenticate({ begin, session: () => login, onFailed })))
          .service(kafkaClient(openNode, scope))
      );
    },
    { drain, ...cutThrough(spans) },
  );

  return (
    accepting(listener, { direction, metrics, log, tls })
      // What is no Kafka for certain. Who is silent may yet speak it, and must not get past the tiers.
      .push(route({ when: speaksSomethingElse, to: others }))
      .push(
        optional(timeouts.unauthenticatedMs > 0 && timeouts, ({ unauthenticatedMs: timeoutMs }) =>
          untilLetIn({ timeoutMs }),
        ),
      )
      .push(idleTimeout({ idleTimeoutMs: timeouts.idleMs }))
      .push(codecErrors({ metrics }))
      .service(requests)
  );
}

function speaksSomethingElse({ detected: { protocol } }: Detected): boolean {
  return protocol !== "kafka" && protocol !== "unknown";
}
