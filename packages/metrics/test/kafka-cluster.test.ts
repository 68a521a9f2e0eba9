import { Context, Scope, stack } from "@pagoda/core";
import {
  Cluster,
  kafkaClient,
  kafkaSession,
  KafkaSession,
  negotiateVersions,
  portPerNode,
  rewriteAddresses,
  serveKafka,
  TopicIds,
  watchTopicIds,
} from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { startCluster } from "@pagoda/kafka/testing";
import { bind, connect, serve } from "@pagoda/tcp";
import type { Connection } from "@pagoda/tcp";
import { Consumer, ProduceAcks, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { Registry } from "prom-client";
import { describe, expect, it, vi } from "vitest";

import { codecErrors, createMetrics, kafkaMetrics, metricsPage, upstreamKafkaMetrics } from "../src/index.ts";
import { build } from "./kafka-tier.ts";
import { parseOpenMetrics } from "./open-metrics.ts";
import type { Sample } from "./open-metrics.ts";

const host = "127.0.0.1";

/** A proxy with metrics before three brokers, over sockets. */
async function start() {
  const scope = new Scope();
  const upstream = await startCluster({ topics: { orders: { partitions: 3 } } });
  scope.defer(() => upstream.close());
  const cluster = new Cluster({ bootstrap: [{ host, port: upstream.brokers[0]?.port ?? 0 }] });
  const listeners = await Promise.all([0, 1, 2, 3].map(() => bind({ host, port: 0, name: "main" })));
  const [bootstrapPort = 0, ...ports] = listeners.map(({ address }) => address.port);
  const advertiser = portPerNode({ bootstrapPort, ports });
  const registry = new Registry();
  const metrics = createMetrics({ registry, build, series: { profile: "detailed" } });
  const topicIds = new TopicIds();
  const requests = serveKafka((connection, own) => {
    const target = advertiser.targetOf(connection) ?? "bootstrap";
    const nodeId = (): string => String(target);
    const [endpoint = { host, port: 0 }] = cluster.endpointOf(target);
    const session = new KafkaSession(connection);
    return stack<KafkaRequest, KafkaAnswer>()
      .push(kafkaSession(session))
      .push(kafkaMetrics({ metrics, connection, session, topicIds, nodeId }))
      .push(negotiateVersions())
      .push(watchTopicIds(topicIds))
      .push(rewriteAddresses({ cluster, advertise: (id) => advertiser.addressOf(id, connection) }))
      .push(upstreamKafkaMetrics({ metrics, connection, nodeId }))
      .service(kafkaClient((opening) => connect(endpoint, opening), own));
  });
  const service = stack<Connection, void>().push(codecErrors({ metrics })).service(requests);
  for (const listener of listeners) scope.use(serve(listener, service, { lingerMs: 100, onError: () => {} }));
  const value = async (name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> => {
    const { body } = await metricsPage(registry, "application/openmetrics-text");
    const samples = [...parseOpenMetrics(body).values()].flatMap((family) => family.samples);
    const wanted = (one: Sample) =>
      one.name === name && Object.entries(labels).every(([label, text]) => one.labels[label] === text);
    return samples.filter(wanted).reduce((sum, one) => sum + one.value, 0);
  };
  return { scope, upstream, bootstrapPort, value };
}

describe("the metrics of a proxy before a cluster, with a real client", () => {
  it("count what was produced and fetched, by topic and client, and every answer", async () => {
    const { scope, upstream, bootstrapPort, value } = await start();
    await using _ = { [Symbol.asyncDispose]: () => scope.close() };
    const common = { bootstrapBrokers: [`${host}:${bootstrapPort}`], autocreateTopics: false, strict: true };
    const producer = new Producer({ ...common, clientId: "checkout", serializers: stringSerializers });
    const big = "v".repeat(200_000);
    for (let n = 0; n < 10; n++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other; every other one is cut through
      await producer.send({
        messages: [{ topic: "orders", key: `k${n}`, value: n % 2 === 0 ? "small" : big }],
        acks: ProduceAcks.ALL,
      });
    }
    expect(upstream.records("orders")).toHaveLength(10);
    const consumer = new Consumer({
      ...common,
      clientId: "billing",
      groupId: "billing",
      deserializers: stringDeserializers,
    });
    const messages = await consumer.consume({
      topics: ["orders"],
      mode: "earliest",
      autocommit: true,
      maxWaitTime: 100,
    });
    let consumed = 0;
    for await (const message of messages) {
      consumed += message.value === undefined ? 0 : 1;
      if (consumed === 10) break;
    }
    await messages.close();
    await consumer.close(true);
    await producer.close();

    const produced = { topic: "orders", op: "produce" };
    expect(await value("pagoda_topic_records_total", produced)).toBe(10);
    expect(await value("pagoda_topic_bytes_total", produced)).toBeGreaterThan(5 * big.length);
    expect(await value("pagoda_topic_batches_total", { topic: "orders", acks: "all" })).toBe(10);
    expect(await value("pagoda_passthrough_frames_total", { api: "Produce" })).toBe(5);
    expect(
      await value("pagoda_topic_records_total", { topic: "orders", op: "fetch" }),
    ).toBeGreaterThanOrEqual(10);
    expect(await value("pagoda_topic_records_total", { topic: "__unknown_id__" })).toBe(0);
    expect(await value("pagoda_edge_records_total", { client: "checkout", topic: "orders" })).toBe(10);
    expect(await value("pagoda_client_bytes_total", { client: "billing", op: "fetch" })).toBeGreaterThan(0);
    expect(await value("pagoda_group_rebalance_duration_seconds_count")).toBeGreaterThan(0);
    expect(await value("pagoda_codec_errors_total")).toBe(0);
    // The proxy's side of the connections closes after the client's.
    await vi.waitFor(async () => {
      expect(await value("pagoda_requests_in_flight")).toBe(0);
      expect(await value("pagoda_client_connections")).toBe(0);
    }, 10_000);
    const requests = await value("pagoda_requests_total", { api: "Produce" });
    expect(await value("pagoda_responses_total", { api: "Produce", classification: "success" })).toBe(
      requests,
    );
  });

  it("count a frame that cannot be read, by the connection that it ended", async () => {
    const { scope, bootstrapPort, value } = await start();
    await using _ = { [Symbol.asyncDispose]: () => scope.close() };
    const client = await connect({ host, port: bootstrapPort }, Context.background());
    client.stream.resume().end(Buffer.from([0x7f, 0xff, 0xff, 0xff]));
    await client.closed;
    expect(
      await value("pagoda_codec_errors_total", { listener: "main", side: "client", reason: "oversize" }),
    ).toBe(1);
  });
});
