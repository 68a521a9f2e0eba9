import { layer, Scope, stack } from "@pagoda/core";
import {
  Cluster,
  kafkaClient,
  kafkaSession,
  KafkaSession,
  portPerNode,
  rewriteAddresses,
  serveKafka,
  TopicIds,
  watchTopicIds,
} from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { startCluster } from "@pagoda/kafka/testing";
import { bind, connect, serve } from "@pagoda/tcp";
import { Consumer, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { expect, it, vi } from "vitest";

import { Groups } from "../src/groups/groups.ts";
import type { GroupWatcher } from "../src/groups/groups.ts";
import type { GroupState } from "../src/state/state.ts";

const host = "127.0.0.1";
const asIs = { resolve: (name: string) => name };

/** Tells a watcher of every exchange, without what is in batches. */
const tells = (watcher: GroupWatcher) =>
  layer<KafkaRequest, KafkaAnswer>("tells", (inner) => async (request, cx) => {
    const startedMs = performance.now();
    const exchange = { request, startedMs, sentMs: 0, receivedMs: 0, answeredBy: undefined };
    watcher.began?.(exchange);
    const answer: KafkaAnswer = await inner.call(request, cx);
    const endedMs = performance.now();
    const times = { waited: false, endedMs, throttleMs: 0 };
    watcher.ended?.(exchange, {
      ...times,
      classification: "success",
      answer,
      failure: undefined,
    });
    return answer;
  });

/** A proxy that learns of groups before three brokers, over sockets. */
async function start() {
  const scope = new Scope();
  const upstream = await startCluster({ topics: { orders: { partitions: 3 } } });
  scope.defer(() => upstream.close());
  const cluster = new Cluster({ bootstrap: [{ host, port: upstream.brokers[0]?.port ?? 0 }] });
  const listeners = await Promise.all([0, 1, 2, 3].map(() => bind({ host, port: 0, name: "main" })));
  const [bootstrapPort = 0, ...ports] = listeners.map(({ address }) => address.port);
  const advertiser = portPerNode({ bootstrapPort, ports });
  const groups = new Groups({ names: { group: asIs, topic: asIs, client: asIs } });
  const topicIds = new TopicIds();
  const watchers: GroupWatcher[] = [];
  const service = serveKafka((connection, own) => {
    const [endpoint = { host, port: 0 }] = cluster.endpointOf(advertiser.targetOf(connection) ?? "bootstrap");
    const session = new KafkaSession(connection);
    const watcher = groups.watch({ connection, session, topicIds });
    watchers.push(watcher);
    void connection.closed.then(() => watcher.closed?.());
    return stack<KafkaRequest, KafkaAnswer>()
      .push(kafkaSession(session))
      .push(tells(watcher))
      .push(watchTopicIds(topicIds))
      .push(rewriteAddresses({ cluster, advertise: (id) => advertiser.addressOf(id, connection) }))
      .service(kafkaClient((opening) => connect(endpoint, opening), own));
  });
  for (const listener of listeners) scope.use(serve(listener, service, { lingerMs: 100, onError: () => {} }));
  const group = (): GroupState | undefined => groups.state().find((one) => one.group === "billing");
  return { scope, bootstrapPort, watchers, group };
}

it("a group of a real client: members, a rebalance, offsets, and whose its fetches are", async () => {
  const { scope, bootstrapPort, watchers, group } = await start();
  await using _ = { [Symbol.asyncDispose]: () => scope.close() };
  const common = { bootstrapBrokers: [`${host}:${bootstrapPort}`], autocreateTopics: false };
  const producer = new Producer({ ...common, clientId: "checkout", serializers: stringSerializers });
  const messages = Array.from({ length: 10 }, (_, n) => ({ topic: "orders", key: `k${n}`, value: "v" }));
  await producer.send({ messages });
  await producer.close();
  const consumer = new Consumer({
    ...common,
    clientId: "billing-1",
    groupId: "billing",
    deserializers: stringDeserializers,
  });
  const stream = await consumer.consume({ topics: ["orders"], mode: "earliest", autocommit: false });
  let consumed = 0;
  for await (const message of stream) {
    consumed += message.value === "v" ? 1 : 0;
    await message.commit();
    if (consumed === 10) break;
  }
  expect(group()).toMatchObject({
    state: "Stable",
    protocol: "classic",
    members: [{ client: "billing-1" }],
    rebalances: { join: 1 },
    ambiguous: null,
  });
  expect(watchers.map((watcher) => watcher.groupOf())).toContain("billing");
  // Before the client asks for them: its question passes by, too.
  const seen = new Map(group()?.partitions.map(({ partition, committed }) => [partition, committed]));
  const held = await consumer.listCommittedOffsets({ topics: [{ topic: "orders", partitions: [0, 1, 2] }] });
  const offsets = held.get("orders")?.map((offset) => Math.max(Number(offset), 0)) ?? [];
  expect(offsets.reduce((sum, offset) => sum + offset, 0)).toBe(10);
  expect([0, 1, 2].map((partition) => Math.max(seen.get(partition) ?? 0, 0))).toEqual(offsets);
  expect(group()).toMatchObject({ commits: 10, failedCommits: 0 });
  await stream.close();
  await consumer.close(true);
  await vi.waitFor(() => expect(group()).toMatchObject({ state: "Empty", members: [] }), 10_000);
});
