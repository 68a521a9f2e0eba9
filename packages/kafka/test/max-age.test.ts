import { stack } from "@pagoda/core";
import { bind, connect, maxAge, parseEndpoint, serve } from "@pagoda/tcp";
import type { Connection } from "@pagoda/tcp";
import { Kafka, logLevel } from "kafkajs";
import { expect, it } from "vitest";

import { kafkaClient } from "../src/client.ts";
import { rewriteAddresses } from "../src/layers/rewrite-addresses.ts";
import type { KafkaAnswer, KafkaRequest } from "../src/request.ts";
import { serveKafka } from "../src/server.ts";
import { startCluster } from "../src/testing/start-cluster.ts";

it("a producer whose connections are ended for their age sends each message once, and goes on", async () => {
  await using cluster = await startCluster({ brokers: 1, topics: { orders: { partitions: 1 } } });
  const broker = parseEndpoint(cluster.bootstrap);
  const accepted = new Set<number>();
  const proxy = stack<Connection, void>()
    .push(maxAge({ maxAgeMs: 40, jitter: 0.5 }))
    .service(
      serveKafka((client, scope) => {
        accepted.add(client.id);
        return stack<KafkaRequest, KafkaAnswer>()
          .push(rewriteAddresses({ cluster: { learn: () => {} }, advertise: () => client.local }))
          .service(kafkaClient((cx) => connect(broker, cx), scope));
      }),
    );
  await using serving = serve(await bind({ host: "127.0.0.1", port: 0, name: "test" }), proxy);

  const { host, port } = serving.address;
  const retry = { initialRetryTime: 1, maxRetryTime: 10, retries: 100 };
  const kafka = new Kafka({ brokers: [`${host}:${port}`], logLevel: logLevel.NOTHING, retry });
  const producer = kafka.producer();
  await producer.connect();
  // Not idempotent: what was acknowledged without its answer coming would be there twice.
  let sent = 0;
  for (; accepted.size < 20; sent++) {
    await producer.send({ topic: "orders", acks: -1, messages: [{ value: String(sent) }] });
  }
  await producer.disconnect();
  const values = cluster.records("orders").map(({ value }) => Number(Buffer.from(value ?? []).toString()));
  expect(values).toEqual(Array.from({ length: sent }, (_, at) => at));
});
