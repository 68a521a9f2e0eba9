import { Kafka, logLevel } from "kafkajs";
import type { Consumer, ConsumerConfig } from "kafkajs";

import { eventually } from "./eventually.ts";

/** The client kafkajs, silent, and quick to try again. */
export function kafkajs(bootstrap: string, clientId = "test"): Kafka {
  return new Kafka({
    clientId,
    brokers: bootstrap.split(","),
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 30, retries: 20, factor: 0, multiplier: 1 },
  });
}

/** A member of a consumer group that keeps what it reads. */
export interface Reading {
  readonly consumer: Consumer;
  readonly values: readonly string[];
  /** Partitions that it was assigned last. */
  readonly partitions: readonly number[];
  /** Resolves when it has read so many records. */
  has(count: number): Promise<void>;
}

/** Joins a group and reads a topic from where the group has come, or from the beginning. */
export async function readWith(
  kafka: Kafka,
  topic: string,
  groupId: string,
  config: Partial<ConsumerConfig> = {},
): Promise<Reading> {
  const consumer = kafka.consumer({ groupId, heartbeatInterval: 50, maxWaitTimeInMs: 50, ...config });
  const values: string[] = [];
  let partitions: readonly number[] = [];
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    partitions = payload.memberAssignment[topic] ?? [];
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      values.push((message.value ?? Buffer.alloc(0)).toString());
    },
  });
  return {
    consumer,
    values,
    get partitions() {
      return partitions;
    },
    has: (count) =>
      eventually(() => {
        if (values.length < count) throw new Error(`${values.length} of ${count} records read`);
      }),
  };
}
