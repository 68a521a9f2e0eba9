import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";

// Short, because each wait is for something that takes tens of milliseconds.
const pollMs = 25;
// Enough of them for any wait here: what ends waiting is the caller's signal.
const retries = 10_000;
const name = "pagoda-ready";
const coordinatorKey = { group: 0, transaction: 1 } as const;

/** Runs `work` with a signal that is aborted after `timeoutMs`, or as soon as one of `signals` is. */
export async function within<T>(
  timeoutMs: number,
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = new AbortController();
  const timer = setTimeout(
    () => timeout.abort(new Error(`Kafka was not ready within ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    return await work(AbortSignal.any([timeout.signal, ...signals]));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits until the broker at `address` answers and lists all these nodes as alive.
 *
 * @throws the signal's reason, when it is aborted first.
 */
export async function brokersListed(
  address: string,
  nodeIds: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  await until(signal, async () => {
    const admin = new Admin({
      clientId: name,
      bootstrapBrokers: [address],
      retries: 0,
      connectTimeout: 1_000,
    });
    try {
      const { brokers } = await admin.metadata({ topics: [], forceUpdate: true });
      return nodeIds.every((nodeId) => brokers.has(nodeId));
    } catch {
      return false;
    } finally {
      await admin.close();
    }
  });
}

/**
 * Makes a consumer group read what was produced to every broker, and removes the traces.
 *
 * Afterwards the topics that groups and transactions need exist, so that a test's first request
 * does not wait for them.
 *
 * @throws the signal's reason, when it is aborted first.
 */
export async function roundTrip(addresses: readonly string[], signal: AbortSignal): Promise<void> {
  const base = { clientId: name, bootstrapBrokers: [...addresses], retries, retryDelay: pollMs };
  const admin = new Admin(base);
  const producer = new Producer({ ...base, serializers: stringSerializers });
  const consumer = new Consumer({ ...base, groupId: name, deserializers: stringDeserializers });
  const done = new AbortController();
  try {
    await Promise.race([exchange(), aborted(signal, done.signal)]);
  } finally {
    done.abort();
    await Promise.allSettled([consumer.close(true), producer.close(), admin.close()]);
  }

  async function exchange(): Promise<void> {
    const partitions = addresses.length;
    await Promise.all([
      admin.createTopics({ topics: [name], partitions, replicas: Math.min(3, partitions) }),
      admin.findCoordinator({ keyType: coordinatorKey.group, keys: [name] }),
      admin.findCoordinator({ keyType: coordinatorKey.transaction, keys: [name] }),
    ]);
    await producer.send({
      messages: addresses.map((value, partition) => ({ topic: name, partition, value })),
    });
    const missing = new Set(addresses);
    const stream = await consumer.consume({ topics: [name], mode: "earliest", maxWaitTime: pollMs });
    for await (const message of stream) {
      missing.delete(message.value);
      if (missing.size === 0) break;
    }
    await consumer.close(true);
    await admin.deleteGroups({ groups: [name] });
    await admin.deleteTopics({ topics: [name] });
    await until(signal, async () => !(await admin.listTopics()).includes(name));
  }
}

async function until(signal: AbortSignal, holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    await delay(pollMs);
    signal.throwIfAborted();
  }
}

async function aborted(signal: AbortSignal, done: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  await once(signal, "abort", { signal: done });
  throw signal.reason;
}
