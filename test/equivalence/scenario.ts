import { CreateTopics, kafkaErrorOf, Metadata } from "@pagoda/kafka/protocol";

import { eventually } from "../support/eventually.ts";
import { kafkajs } from "../support/kafkajs.ts";
import { RawClient } from "../support/raw-client.ts";
import type { Route } from "./route.ts";

/** What a client does, and what it then must have seen on either way. */
export interface Scenario {
  /** Only a real Kafka serves it. @default the in-memory cluster serves it too */
  readonly needs?: "kafka";
  /** Does it, and answers what a user of the client would see of it. */
  readonly run: (route: Route) => Promise<unknown>;
  /** What is seen, at least: names without what makes them unique, brokers by their ids. */
  readonly sees: unknown;
}

export interface TopicLayout {
  /** @default 1 */
  readonly partitions?: number;
  /** The broker that leads all of them. @default the cluster's choice */
  readonly leader?: number;
}

/** Makes a topic through the route, and answers its name once every broker is ready for it. */
export async function newTopic(route: Route, base: string, layout: TopicLayout = {}): Promise<string> {
  const { partitions = 1, leader } = layout;
  const name = route.name(base);
  const replicas = leader === undefined ? [] : [leader, ...[1, 2, 3].filter((id) => id !== leader)];
  const assignments = Array.from({ length: leader === undefined ? 0 : partitions }, (_, partitionIndex) => {
    return { partitionIndex, brokerIds: replicas };
  });
  const [numPartitions, replicationFactor] = leader === undefined ? [partitions, 3] : [-1, -1];
  using client = await RawClient.to(route.bootstrap);
  const { controllerId } = await client.ask(Metadata, 12, { topics: [] });
  using controller = await RawClient.to(route.brokers[controllerId - 1] ?? route.bootstrap);
  const { topics } = await controller.ask(CreateTopics, 7, {
    topics: [{ name, numPartitions, replicationFactor, assignments }],
    timeoutMs: 30_000,
  });
  const { name: error } = kafkaErrorOf(topics[0]?.errorCode ?? -1);
  if (error !== "NONE") throw new Error(`${name} was not made: ${error}`);
  await Promise.all(route.brokers.map((broker) => isKnownTo(broker, name, partitions)));
  await isServed(route, name);
  return name;
}

async function isKnownTo(broker: string, topic: string, partitions: number): Promise<void> {
  using client = await RawClient.to(broker);
  await eventually(async () => {
    const { topics } = await client.ask(Metadata, 12, { topics: [{ name: topic }] });
    const led = topics[0]?.partitions.filter(({ leaderId }) => leaderId >= 0) ?? [];
    if (led.length !== partitions) throw new Error(`${broker} knows of ${led.length} partitions of ${topic}`);
  });
}

/** A broker knows that it leads a little before it does: asked for too soon, some clients write twice. */
async function isServed({ bootstrap }: Route, topic: string): Promise<void> {
  const admin = kafkajs(bootstrap).admin();
  await admin.connect();
  await eventually(async () => {
    await admin.fetchTopicOffsets(topic);
  });
  await admin.disconnect();
}

/** What every client of \@platformatic/kafka is given. */
export function platformaticBase({ bootstrap }: Route) {
  return { clientId: "test", bootstrapBrokers: bootstrap.split(",") };
}

/** Does the same for each entry, all at once. */
export async function forEachOf<T, R>(
  entries: Readonly<Record<string, T>>,
  work: (entry: T, key: string) => Promise<R>,
): Promise<Record<string, R>> {
  const done = Object.entries(entries).map(async ([key, entry]) => [key, await work(entry, key)] as const);
  return Object.fromEntries(await Promise.all(done));
}
