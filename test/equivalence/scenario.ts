import { kafkajs } from "../support/kafkajs.ts";
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

/** Makes a topic through the route, and answers its name. */
export async function newTopic(route: Route, base: string, numPartitions = 1): Promise<string> {
  const topic = route.name(base);
  const admin = kafkajs(route.bootstrap).admin();
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic, numPartitions, replicationFactor: 3 }],
    waitForLeaders: true,
  });
  await admin.disconnect();
  return topic;
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
