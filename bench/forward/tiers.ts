/** A proxy that speaks Kafka: `serveKafka` before `kafkaClient`, with layers that do nothing. */

import { layer, observe, stack } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import { kafkaClient, serveKafka } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { bind, connect, serve } from "@pagoda/tcp";

const [port, layers] = process.argv.slice(2);
const upstream = { host: "127.0.0.1", port: Number(port) };
let seen = 0;

const passThrough = (): SameLayer<KafkaRequest, KafkaAnswer> =>
  layer("passThrough", (inner) => (request: KafkaRequest, cx) => inner.call(request, cx));
const watcher = { onCall: () => performance.now(), onAnswer: () => void (seen += 1) };

const service = serveKafka((_, scope) => {
  const ground = kafkaClient((cx) => connect(upstream, cx), scope);
  const begun = stack<KafkaRequest, KafkaAnswer>();
  if (layers !== "layers") return begun.service(ground);
  return begun
    .push(observe([watcher, watcher, watcher]))
    .push(passThrough())
    .push(passThrough())
    .push(passThrough())
    .push(passThrough())
    .service(ground);
});
const { address } = serve(await bind({ host: "127.0.0.1", port: 0, name: "bench" }), service);
process.send?.({ port: address.port });
