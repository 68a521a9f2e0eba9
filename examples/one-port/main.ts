import { filter, optional, route, stack } from "@pagoda/core";
import { kafkaClient, rewriteAddresses, serveKafka } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import {
  bind,
  connect,
  detect,
  formatEndpoint,
  idleTimeout,
  parseEndpoint,
  serve,
  serverTls,
  sniffTls,
} from "@pagoda/tcp";
import type { CertificateSource, Connection, Detected, Endpoint, ListenerServing } from "@pagoda/tcp";
import { createServer } from "node:http";

import { httpService } from "./http-service.ts";

export interface OnePortOptions {
  /** The broker, which is the whole cluster. */
  readonly broker: Endpoint;
  /** What TLS clients are shown. @default TLS is refused */
  readonly certificate?: CertificateSource;
  /** @default 0 (a free one) */
  readonly port?: number;
}

/** Kafka and HTTP, each with and without TLS, on one port; anything else is refused. */
export async function start({ broker, certificate, port = 0 }: OnePortOptions): Promise<ListenerServing> {
  const tls = certificate && (await serverTls({ certificates: [certificate] }));

  const kafka = serveKafka((client, scope) =>
    stack<KafkaRequest, KafkaAnswer>()
      // There is one broker, and where this client found it is where it is.
      .push(rewriteAddresses({ cluster: { learn: () => {} }, advertise: () => client.local }))
      .service(kafkaClient((cx) => connect(broker, cx), scope)),
  );
  const web = createServer((_, response) => response.end(`Kafka is on this port, too\n`));

  const proxy = stack<Connection, void>()
    // A client that stalls, in whatever it speaks.
    .push(idleTimeout({ idleTimeoutMs: 600_000 }))
    // Above detection, which then sees what is inside.
    .push(optional(tls, (terminate) => sniffTls({ tls: terminate, timeoutMs: 5_000 })))
    .push(detect({ timeoutMs: 5_000 }))
    .push(route({ when: speaksHttp1, to: httpService(web) }))
    // What is left is Kafka, or none of ours.
    .push(filter({ allow: speaksKafka, rule: "kafka or http" }))
    .service(kafka);
  return serve(await bind({ host: "127.0.0.1", port, name: "main" }), proxy);
}

function speaksHttp1({ detected }: Detected): boolean {
  return detected.detail === "http/1.1";
}

function speaksKafka({ detected }: Detected): boolean {
  return detected.protocol === "kafka";
}

if (process.argv[1] === import.meta.filename) {
  const [, , broker = "localhost:9092", cert, key] = process.argv;
  const serving = await start({
    broker: parseEndpoint(broker),
    port: 19_092,
    ...(cert !== undefined &&
      key !== undefined && { certificate: { cert: { file: cert }, key: { file: key } } }),
  });
  process.stdout.write(`serving ${formatEndpoint(serving.address)}\n`);
}
