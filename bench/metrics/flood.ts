/** The Kafka tiers of many short connections in one process, with names that nobody has heard before. */

import { randomBytes } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { Context, stack } from "@pagoda/core";
import { KafkaRequest, kafkaSession, KafkaSession } from "@pagoda/kafka";
import type { KafkaAnswer } from "@pagoda/kafka";
import { encodeBatch, Produce } from "@pagoda/kafka/protocol";
import { createMetrics, kafkaMetrics, metricsPage, upstreamKafkaMetrics } from "@pagoda/metrics";
import { memoryConnections } from "@pagoda/tcp/testing";
import { Registry } from "prom-client";

export interface FloodResult {
  readonly connections: number;
  readonly series: number;
  readonly pageBytes: number;
  readonly heapMiB: number;
  readonly rssMiB: number;
}

const connections = 10_000;
const topics = 5_000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const registry = new Registry();
const metrics = createMetrics({ registry, build: { version: "0", commit: "0", kafkaProtocol: "0" } });
const records = encodeBatch({ baseTimestamp: 1_000n, records: [{ value: Buffer.alloc(100) }] });
const cx = Context.background();

async function connectOnce(clientId: string, name: string): Promise<void> {
  const [client, connection] = memoryConnections({ listener: "main" });
  const session = new KafkaSession(connection);
  const nodeId = (): string => "1";
  const service = stack<KafkaRequest, KafkaAnswer>()
    .push(kafkaSession(session))
    .push(kafkaMetrics({ metrics, connection, session, nodeId }))
    .push(upstreamKafkaMetrics({ metrics, connection, nodeId }))
    .service(async (request) => request.respond(Produce.response.of({})));
  const body = Produce.request.of({ acks: 1, topicData: [{ name, partitionData: [{ records }] }] });
  const made = KafkaRequest.of(Produce, { version: 9, body, clientId });
  await service.call(KafkaRequest.read(made.toFrame(1)), cx);
  client.close("peer_closed");
  connection.close("peer_closed");
  await connection.closed;
}

async function flood(isNew: boolean): Promise<FloodResult> {
  const name = (n: number): string => (isNew ? `${randomBytes(12).toString("hex")}x` : `n${n % 10}`);
  const names = Array.from({ length: topics }, (_, n) => `topic.${name(n)}`);
  for (let n = 0; n < connections; n++) {
    // oxlint-disable-next-line no-await-in-loop -- one connection after the other
    await connectOnce(`client.${name(n)}`, names[n % topics] as string);
  }
  const { body } = await metricsPage(registry, undefined);
  const series = body.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  return {
    connections,
    series,
    pageBytes: body.length,
    heapMiB: heapUsed / 1_048_576,
    rssMiB: rss / 1_048_576,
  };
}

process.on("message", ({ round }: { readonly round: string }) => {
  void flood(round === "new names").then((result) => process.send?.(result));
});
process.on("SIGTERM", () => process.exit(0));
process.send?.({ port: 0 });
