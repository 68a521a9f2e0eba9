import { stack } from "@pagoda/core";
import { kafkaClient, rewriteAddresses, serveKafka } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { bind, connect, formatEndpoint, parseEndpoint, serve } from "@pagoda/tcp";
import type { Endpoint, ListenerServing } from "@pagoda/tcp";

import { recordLimit } from "./record-limit.ts";
import type { RecordLimitOptions } from "./record-limit.ts";

/** Before one broker, which is the whole cluster: records above a limit of their topic are refused. */
export async function start(
  broker: Endpoint,
  options: RecordLimitOptions,
  port = 0,
): Promise<ListenerServing> {
  const proxy = serveKafka((client, scope) =>
    stack<KafkaRequest, KafkaAnswer>()
      .push(recordLimit(options))
      // There is one broker, and where this client found it is where it is.
      .push(rewriteAddresses({ cluster: { learn: () => {} }, advertise: () => client.local }))
      .service(kafkaClient((cx) => connect(broker, cx), scope)),
  );
  return serve(await bind({ host: "127.0.0.1", port, name: "kafka" }), proxy);
}

if (process.argv[1] === import.meta.filename) {
  const [, , broker = "localhost:9092", topic = "orders", maxBytes = "1000"] = process.argv;
  const limits = { maxRecordBytes: { [topic]: Number(maxBytes) } };
  const { address } = await start(parseEndpoint(broker), limits, 19_092);
  process.stdout.write(`serving ${formatEndpoint(address)}, records of ${topic} up to ${maxBytes} bytes\n`);
}
