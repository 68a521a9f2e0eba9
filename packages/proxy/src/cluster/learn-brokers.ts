import { Scope, timeout } from "@pagoda/core";
import type { Context } from "@pagoda/core";
import { ask, kafkaClient } from "@pagoda/kafka";
import type { Cluster, KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { ApiVersions, Metadata } from "@pagoda/kafka/protocol";
import type { Connection } from "@pagoda/tcp";

import type { ClusterFacts } from "../admin/cluster-status.ts";

export interface LearnBrokersOptions {
  readonly cluster: Pick<Cluster, "learn">;
  /** Milliseconds for each of the two requests. @default 5000 (5 s) */
  readonly timeoutMs?: number;
}

/** What a broker said of its cluster. */
export interface LearntCluster extends ClusterFacts {
  readonly nodeIds: readonly number[];
}

/**
 * Asks a broker, as a client would, which brokers there are.
 * @throws UpstreamClosedError where the broker wants its clients to log in first
 */
export async function learnBrokers(
  connection: Connection,
  { cluster, timeoutMs = 5_000 }: LearnBrokersOptions,
  cx: Context,
): Promise<LearntCluster> {
  await using scope = new Scope();
  const client = kafkaClient(async () => connection, scope);
  const broker = timeout<KafkaRequest, KafkaAnswer>({ timeoutMs })(client);
  // Every broker answers version 0, whatever else it still knows (KIP-511).
  const { apiKeys } = await ask(broker, ApiVersions, { version: 0, body: ApiVersions.request.of() }, cx);
  const known = apiKeys.find(({ apiKey }) => apiKey === Metadata.key);
  const version = Math.min(known?.maxVersion ?? 0, Metadata.versions.max);
  // No topics are wanted: version 0 cannot say so and answers with all of them.
  const body = Metadata.request.of({ topics: [], allowAutoTopicCreation: version < 4 });
  const { brokers, clusterId, controllerId } = await ask(broker, Metadata, { version, body }, cx);
  for (const address of brokers) cluster.learn(address);
  const racks = brokers.flatMap(({ nodeId, rack }) => (rack === null ? [] : [[nodeId, rack] as const]));
  return {
    nodeIds: brokers.map(({ nodeId }) => nodeId),
    racks: new Map(racks),
    ...(clusterId !== null && { clusterId }),
    ...(controllerId >= 0 && { controller: controllerId }),
  };
}
