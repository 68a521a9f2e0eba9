import { Context, stack } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import type { Connection } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";

import { kafkaClient } from "../../src/client.ts";
import type { KafkaAnswer, KafkaRequest } from "../../src/request.ts";
import { serveKafka } from "../../src/server.ts";
import type { ServeKafkaOptions } from "../../src/server.ts";
import { receive } from "./wire.ts";
import type { Received } from "./wire.ts";

export type KafkaLayer = SameLayer<KafkaRequest, KafkaAnswer>;

export interface Proxied {
  readonly client: Connection;
  readonly broker: Connection;
  /** What the broker got, and the client. */
  readonly sent: Received;
  readonly received: Received;
  readonly done: Promise<void>;
}

/** A client and a broker with a stack between them, requests above 100 kB being cut through. */
export function proxy(layer: KafkaLayer = (inner) => inner, options: ServeKafkaOptions = {}): Proxied {
  const [client, server] = memoryConnections();
  const [near, broker] = memoryConnections();
  const done = serveKafka(
    (_, scope) =>
      stack<KafkaRequest, KafkaAnswer>()
        .push(layer)
        .service(kafkaClient(() => Promise.resolve(near), scope)),
    { cutThroughBytes: 100_000, ...options },
  ).call(server, Context.background());
  done.catch(() => {});
  const sent = receive(broker);
  // As brokers do.
  broker.stream.on("end", () => broker.stream.end());
  return { client, broker, sent, received: receive(client), done };
}
