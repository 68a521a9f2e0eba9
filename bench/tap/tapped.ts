/** A proxy with the tiers that watch traffic, and a tap that is opened and closed by messages. */

import { stack } from "@pagoda/core";
import { kafkaClient, kafkaSession, KafkaSession, serveKafka, TopicIds } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { createMetrics, kafkaMetrics, upstreamKafkaMetrics } from "@pagoda/metrics";
import { bind, connect, serve } from "@pagoda/tcp";
import { Registry } from "prom-client";
import { Tap } from "@pagoda/traffic";
import type { TapRequest } from "@pagoda/traffic";

const upstream = { host: "127.0.0.1", port: Number(process.argv[2]) };
const metrics = createMetrics({
  registry: new Registry(),
  build: { version: "0", commit: "0", kafkaProtocol: "0" },
});
const topicIds = new TopicIds();
const nodeId = (): string => "1";
const tap = new Tap({ allowValues: false });

const service = serveKafka((connection, scope) => {
  const session = new KafkaSession(connection);
  const watcher = tap.watch({ connection, session, topicIds, nodeId });
  return stack<KafkaRequest, KafkaAnswer>()
    .push(kafkaSession(session))
    .push(kafkaMetrics({ metrics, connection, session, topicIds, nodeId, watcher }))
    .push(upstreamKafkaMetrics({ metrics, connection, nodeId }))
    .service(kafkaClient((cx) => connect(upstream, cx), scope));
});
const { address } = serve(await bind({ host: "127.0.0.1", port: 0, name: "bench" }), service);

let open: { unsubscribe(): void } | undefined;
let events = 0;
let bytes = 0;
process.on("message", ({ request }: { readonly request: TapRequest | null }) => {
  open?.unsubscribe();
  open = undefined;
  const before = { events, bytes };
  events = 0;
  bytes = 0;
  if (request !== null) {
    // What is written to whoever reads.
    open = tap.open(request).subscribe((message) => {
      if (message.kind === "event") events += 1;
      bytes += JSON.stringify(message).length;
    });
  }
  process.send?.(before);
});
process.on("SIGTERM", () => process.exit(0));
process.send?.({ port: address.port });
