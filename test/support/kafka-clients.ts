import { formatAddress } from "../../scripts/kafka/ports.ts";
import { startKafka } from "../../scripts/kafka/start.ts";
import { startCapture } from "./capture.ts";
import type { CapturedConnection } from "./capture.ts";
import { javaTraffic } from "./kafka-traffic/java.ts";
import { kafkajsTraffic } from "./kafka-traffic/kafkajs.ts";
import { kcatTraffic } from "./kafka-traffic/kcat.ts";
import { platformaticTraffic } from "./kafka-traffic/platformatic.ts";
import { rawTraffic } from "./kafka-traffic/raw.ts";

/** Whose traffic is captured. */
export const clients = ["java", "kcat", "kafkajs", "platformatic", "raw"] as const;

/**
 * Has every client do all that it can with a broker of its own, one client after the other, and
 * keeps what went over the wire. Takes about a minute.
 */
export async function captureClients(): Promise<readonly CapturedConnection[]> {
  await using kafka = await startKafka({
    properties: {
      // Without one, access rules are refused.
      "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
      "super.users": "User:ANONYMOUS",
    },
  });
  const [broker] = kafka.brokers;
  if (broker === undefined) throw new Error("a cluster without brokers");
  const { advertised, host, port } = broker.proxied;
  const bootstrap = formatAddress(advertised);
  const capture = await startCapture({ listen: advertised, upstream: { host, port } });
  const traffic: Readonly<Record<(typeof clients)[number], (topic: string) => Promise<void>>> = {
    java: (topic) => javaTraffic(kafka.tools, bootstrap, topic),
    kcat: (topic) => kcatTraffic(bootstrap, topic),
    kafkajs: (topic) => kafkajsTraffic(bootstrap, topic),
    platformatic: (topic) => platformaticTraffic(bootstrap, topic),
    raw: (topic) => rawTraffic(advertised, topic),
  };
  try {
    for (const client of clients) await capture.of(client, () => traffic[client](`${client}-topic`));
  } finally {
    await capture.close();
  }
  return capture.connections;
}
