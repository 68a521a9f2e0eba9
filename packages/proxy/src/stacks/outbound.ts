import { concurrencyLimit, optional, route, stack } from "@pagoda/core";
import type { GuardedService } from "@pagoda/core";
import {
  detectLeaks,
  kafkaClient,
  negotiateVersions,
  refuseBrokerApis,
  rewriteAddresses,
  serveKafka,
} from "@pagoda/kafka";
import type { Advertiser, Cluster, KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { detectionMetrics, tcpMetrics } from "@pagoda/metrics";
import { acceptProxyHeader, detect, drainQuiet, forwardTo, idleTimeout, terminateTls } from "@pagoda/tcp";
import type { Connection, Detected } from "@pagoda/tcp";

import type { NodeUpstream } from "../cluster/node-upstream.ts";
import type { ListenerConfig, ListenerTarget } from "../config/model.ts";
import { connectionLog } from "../connection-log.ts";
import type { InboundParts } from "./inbound.ts";

type BeforeCluster = Extract<ListenerTarget, { readonly cluster: string }>;

export interface OutboundParts extends InboundParts, Pick<BeforeCluster, "unknownApis"> {
  /** The broker that a client's connection is for. */
  readonly nodes: NodeUpstream;
  /** What is known of the brokers. */
  readonly cluster: Cluster;
  /** Where clients find them, and which one a connection is for. */
  readonly advertiser: Advertiser;
}

/**
 * Beside clients, before a whole cluster: every broker is reached through this proxy, whichever
 * listener a connection came to. Read top to bottom, first what happens to a connection, then what
 * happens to a request.
 */
export function outbound(
  { protocol, acceptProxyHeader: proxyHeader, limits, timeouts }: ListenerConfig,
  { metrics, log, drain, tls, upstream, nodes, cluster, advertiser, unknownApis }: OutboundParts,
): GuardedService<Connection, void> {
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

  const requests = serveKafka(
    (client, scope) =>
      stack<KafkaRequest, KafkaAnswer>()
        // Outermost: what clients may use is what the layers below can read.
        .push(negotiateVersions({ unknown: unknownApis }))
        .push(refuseBrokerApis())
        .push(leaks)
        .push(rewriteAddresses({ cluster, advertise: (nodeId) => advertiser.addressOf(nodeId, client) }))
        .service(kafkaClient((cx) => nodes.open(client, cx), scope)),
    { drain },
  );

  return (
    stack<Connection, void>()
      // Outermost: counts what the layers below refuse, too.
      .push(tcpMetrics({ metrics, direction: "outbound", tls: tls !== undefined }))
      .push(connectionLog({ log }))
      // Over all listeners: each has the same limit of its own.
      .push(concurrencyLimit({ max: limits.connections }))
      // Before TLS: a balancer puts its header in front of the client's first byte.
      .push(optional(proxyHeader, (options) => acceptProxyHeader(options)))
      .push(optional(tls, (tls) => terminateTls({ tls })))
      .push(detect({ timeoutMs: timeouts.detectMs, ...(protocol !== "detect" && { hint: protocol }) }))
      .push(detectionMetrics({ metrics }))
      // What is no Kafka for certain. Who is silent may yet speak it, and must not get past the tiers.
      .push(route({ when: speaksSomethingElse, to: others }))
      .push(idleTimeout({ idleTimeoutMs: timeouts.idleMs }))
      .service(requests)
  );
}

function speaksSomethingElse({ detected: { protocol } }: Detected): boolean {
  return protocol !== "kafka" && protocol !== "unknown";
}
