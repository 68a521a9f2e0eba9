import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { startCluster } from "../../packages/kafka/src/testing/index.ts";
import type { Address } from "../../scripts/kafka/ports.ts";
import { startKafka } from "../../scripts/kafka/start.ts";
import type { KafkaTools } from "../../scripts/kafka/tools.ts";
import { kafkajs } from "../support/kafkajs.ts";

/** A broker of a cluster under test. */
export interface TestBroker extends Address {
  readonly nodeId: number;
}

/** A cluster of three brokers, real or in memory, and what can be done to it behind clients' backs. */
export interface Testbed extends AsyncDisposable {
  readonly kind: "kafka" | "memory";
  readonly bootstrap: string;
  readonly clusterId: string;
  readonly brokers: readonly TestBroker[];
  /** Every address by which the cluster is known to itself. */
  readonly addresses: readonly Address[];
  /** Kafka's own tools. @throws Error where the cluster is not for them */
  readonly tools: KafkaTools;
  leaderOf(topic: string): Promise<number>;
  /** Makes another broker the leader of partition 0 of each topic. */
  moveLeaders(topics: readonly string[]): Promise<void>;
  /** Stops a broker in order, and starts it again once others lead what it led. */
  restart(nodeId: number): Promise<void>;
}

// Members of groups that the broker leads are told of a change when they are heard of next.
const oftenHeard = Object.fromEntries(
  ["consumer", "share"].flatMap((kind) => [
    [`group.${kind}.heartbeat.interval.ms`, "300"],
    [`group.${kind}.min.heartbeat.interval.ms`, "300"],
  ]),
);

/** Three brokers of this machine's Java. */
export async function realTestbed(): Promise<Testbed> {
  const kafka = await startKafka({ brokers: 3, heapMiB: 384, properties: oftenHeard });
  const { bootstrap, clusterId, brokers, tools } = kafka;
  return {
    kind: "kafka",
    bootstrap,
    clusterId,
    brokers,
    addresses: await addressesIn(brokers.map(({ nodeId }) => join(kafka.folder, `broker-${nodeId}`))),
    tools,
    leaderOf: (topic) => leaderOf(bootstrap, topic),
    moveLeaders: async (topics) => {
      const admin = kafkajs(bootstrap).admin();
      const { topics: described } = await admin.fetchTopicMetadata({ topics: [...topics] });
      // The preferred leader is the first replica: another order elects another one.
      await admin.alterPartitionReassignments({
        topics: described.map(({ name, partitions: [partition] }) => ({
          topic: name,
          partitionAssignment: [{ partition: 0, replicas: turned(partition?.replicas ?? []) }],
        })),
      });
      await admin.disconnect();
      await tools.run("leader-election", [
        ...["--bootstrap-server", bootstrap],
        ...["--election-type", "preferred", "--all-topic-partitions"],
      ]);
    },
    restart: async (nodeId) => {
      const broker = brokers.find((each) => each.nodeId === nodeId);
      await broker?.stop();
      await broker?.start();
    },
    [Symbol.asyncDispose]: () => kafka.stop(),
  };
}

/** Three brokers in the memory of this process. */
export async function memoryTestbed(): Promise<Testbed> {
  const cluster = await startCluster({ brokers: 3 });
  const brokers = cluster.brokers.map(({ id, port }) => ({ nodeId: id, host: "127.0.0.1", port }));
  return {
    kind: "memory",
    bootstrap: cluster.bootstrap,
    clusterId: cluster.clusterId,
    brokers,
    addresses: brokers,
    get tools(): never {
      throw new Error("Kafka's tools are for a real Kafka");
    },
    leaderOf: async (topic) => cluster.leaderOf(topic, 0),
    moveLeaders: async (topics) => {
      for (const topic of topics) cluster.moveLeader(topic, 0, (cluster.leaderOf(topic, 0) % 3) + 1);
    },
    restart: async (nodeId) => {
      const broker = cluster.brokers.find(({ id }) => id === nodeId);
      await broker?.stop();
      await broker?.start();
    },
    [Symbol.asyncDispose]: () => cluster.close(),
  };
}

/** Every address in the settings of brokers: of all their listeners, and of the controllers. */
async function addressesIn(folders: readonly string[]): Promise<Address[]> {
  const settings = await Promise.all(
    folders.map((each) => readFile(join(each, "server.properties"), "utf8")),
  );
  const ports = new Set(settings.flatMap((text) => text.match(/(?<=127\.0\.0\.1:)\d+/g) ?? []));
  return [...ports].map((port) => ({ host: "127.0.0.1", port: Number(port) }));
}

async function leaderOf(bootstrap: string, topic: string): Promise<number> {
  const admin = kafkajs(bootstrap).admin();
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  await admin.disconnect();
  return topics[0]?.partitions[0]?.leader ?? -1;
}

function turned([first, ...others]: readonly number[]): number[] {
  return first === undefined ? others : [...others, first];
}
