import { Context, Scope, stack } from "@pagoda/core";
import { bind, connect, serve } from "@pagoda/tcp";
import type { Connection } from "@pagoda/tcp";
import { describe, expect, it } from "vitest";

import { batchOf } from "../../test/ask-cluster.ts";
import { kafkaClient } from "../client.ts";
import { Cluster } from "../cluster/cluster.ts";
import { portPerNode } from "../cluster/port-per-node.ts";
import type { ApiDefinition } from "../protocol/api.ts";
import { Fetch, FindCoordinator, Metadata, Produce } from "../protocol/generated/index.ts";
import type { Partially } from "../protocol/schema/defaults.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import type { KafkaResponse } from "../response.ts";
import { serveKafka } from "../server.ts";
import { startCluster } from "../testing/start-cluster.ts";
import { rewriteAddresses } from "./rewrite-addresses.ts";

const cx = Context.background();
const host = "127.0.0.1";
const partitions = 3;

/** A proxy with a port per broker before three brokers, over sockets. */
async function start() {
  const scope = new Scope();
  const upstream = await startCluster({ topics: { orders: { partitions, replicationFactor: 3 } } });
  scope.defer(() => upstream.close());
  const [first] = upstream.brokers;
  const cluster = new Cluster({ bootstrap: [{ host, port: first?.port ?? 0 }] });
  const listeners = await Promise.all([0, 1, 2, 3].map((slot) => bind({ host, port: 0, name: `${slot}` })));
  const [bootstrapPort = 0, ...ports] = listeners.map(({ address }) => address.port);
  const advertiser = portPerNode({ bootstrapPort, ports });
  const service = serveKafka((client: Connection, own) => {
    const target = advertiser.targetOf(client);
    if (target === undefined) throw new Error(`nobody at port ${client.local.port}`);
    const [endpoint = { host, port: 0 }] = cluster.endpointOf(target);
    return stack<KafkaRequest, KafkaAnswer>()
      .push(rewriteAddresses({ cluster, advertise: (nodeId) => advertiser.addressOf(nodeId, client) }))
      .service(kafkaClient((opening) => connect(endpoint, opening), own));
  });
  for (const listener of listeners) scope.use(serve(listener, service, { lingerMs: 100 }));
  const brokerPorts = upstream.brokers.map(({ port }) => port);
  return { scope, upstream, cluster, bootstrapPort, ports, brokerPorts };
}

/** Asks at a port of the proxy, as a client does. */
async function ask<Req, Res>(port: number, api: ApiDefinition<Req, Res>, body: Partially<Req>): Promise<Res> {
  const scope = new Scope();
  const client = kafkaClient((opening) => connect({ host, port }, opening), scope);
  const request = KafkaRequest.of(api, { version: api.versions.max, body: api.request.of(body) });
  try {
    return ((await client.call(request, cx)) as KafkaResponse).body as Res;
  } finally {
    await scope.close();
  }
}

function produce(port: number, topicId: string, index: number) {
  const partitionData = [{ index, records: batchOf(["a"]) }];
  return ask(port, Produce, { acks: -1, timeoutMs: 1_000, topicData: [{ topicId, partitionData }] });
}

describe("a proxy before a cluster", () => {
  it("has every broker at a port of its own, and a client finds leaders, old and new, through it", async () => {
    const { scope, upstream, cluster, bootstrapPort, ports, brokerPorts } = await start();
    await using _ = { [Symbol.asyncDispose]: () => scope.close() };

    const metadata = await ask(bootstrapPort, Metadata, { topics: [{ name: "orders" }] });
    const portOf = new Map(metadata.brokers.map(({ nodeId, port }) => [nodeId, port]));
    expect(new Set(portOf.values())).toEqual(new Set(ports));
    expect(metadata.brokers.every((broker) => broker.host === host)).toBe(true);
    expect([...cluster.nodes.values()].map(({ port }) => port)).toEqual(brokerPorts);

    // Only the leader takes records: each port leads to the broker that it stands for.
    const [topic] = metadata.topics;
    const topicId = topic?.topicId ?? "";
    for (const { partitionIndex, leaderId } of topic?.partitions ?? []) {
      const { responses } = await produce(portOf.get(leaderId) ?? 0, topicId, partitionIndex);
      expect(responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
    }

    // A leader that moved: the old one says where to, and means the proxy.
    const before = upstream.leaderOf("orders", 0) ?? 0;
    const after = (before % 3) + 1;
    upstream.moveLeader("orders", 0, after);
    const moved = { nodeId: after, host, port: portOf.get(after) };
    const produced = await produce(portOf.get(before) ?? 0, topicId, 0);
    expect(produced.nodeEndpoints).toMatchObject([moved]);
    const topics = [{ topicId, partitions: [{ partition: 0, partitionMaxBytes: 1_000 }] }];
    const fetched = await ask(portOf.get(before) ?? 0, Fetch, { maxBytes: 1_000, topics });
    expect(fetched.nodeEndpoints).toMatchObject([moved]);
    const retried = await produce(portOf.get(after) ?? 0, topicId, 0);
    expect(retried.responses[0]?.partitionResponses[0]?.errorCode).toBe(0);

    const nodeId = upstream.coordinatorOf("a-group") ?? 0;
    const found = await ask(bootstrapPort, FindCoordinator, { coordinatorKeys: ["a-group"] });
    expect(found.coordinators).toMatchObject([{ nodeId, host, port: portOf.get(nodeId) }]);
  });
});
