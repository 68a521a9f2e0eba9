/** A proxy with the tiers that stand before every cluster, with and without metrics, and a watcher of these. */

import { stack } from "@pagoda/core";
import {
  Cluster,
  detectLeaks,
  kafkaClient,
  kafkaSession,
  KafkaSession,
  negotiateVersions,
  refuseBrokerApis,
  rewriteAddresses,
  serveKafka,
  TopicIds,
  watchTopicIds,
} from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { createMetrics, kafkaMetrics, metricsPage, upstreamKafkaMetrics } from "@pagoda/metrics";
import { bind, connect, serve } from "@pagoda/tcp";
import type { Connection } from "@pagoda/tcp";
import { Registry } from "prom-client";

import { createLog } from "../../packages/proxy/src/log.ts";
import { ProxyTraffic } from "../../packages/proxy/src/traffic/proxy-traffic.ts";

const [port, which] = process.argv.slice(2);
const upstream = { host: "127.0.0.1", port: Number(port) };
const registry = new Registry();
const metrics = createMetrics({ registry, build: { version: "0", commit: "0", kafkaProtocol: "0" } });
const cluster = new Cluster({ bootstrap: [upstream] });
const topicIds = new TopicIds();
const leaks = detectLeaks({ cluster, onLeak: () => {} });
const nodeId = (): string => "1";
const traffic = new ProxyTraffic({
  metrics,
  tap: { values: false, redact: [] },
  log: createLog({ destination: { write: () => {} } }),
});
if (which === "traffic") setInterval(() => traffic.state(), 1_000).unref();

function watcher(connection: Connection, session: KafkaSession) {
  if (which !== "traffic") return {};
  return { watcher: traffic.watch({ connection, session, direction: "inbound", topicIds, nodeId }) };
}

const service = serveKafka((connection, scope) => {
  const session = new KafkaSession(connection);
  const begun = stack<KafkaRequest, KafkaAnswer>().push(kafkaSession(session));
  const counted =
    which === undefined
      ? begun
      : begun.push(
          kafkaMetrics({ metrics, connection, session, topicIds, nodeId, ...watcher(connection, session) }),
        );
  const tiers = counted
    .push(negotiateVersions())
    .push(refuseBrokerApis())
    .push(leaks)
    .push(watchTopicIds(topicIds))
    .push(rewriteAddresses({ cluster, advertise: () => upstream }));
  const ground = kafkaClient((cx) => connect(upstream, cx), scope);
  if (which === undefined) return tiers.service(ground);
  return tiers.push(upstreamKafkaMetrics({ metrics, connection, nodeId })).service(ground);
});
const { address } = serve(await bind({ host: "127.0.0.1", port: 0, name: "bench" }), service);
process.on("message", () => {
  void metricsPage(registry, undefined).then(({ body }) => process.send?.({ body }));
});
process.on("SIGTERM", () => process.exit(0));
process.send?.({ port: address.port });
