// oxlint-disable no-await-in-loop -- clients do one thing after the other
import { Consumer, Producer, ProduceAcks, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import type { ConsumerOptions } from "@platformatic/kafka";

/** The topics that the demo's clients use, and their partitions. Nobody reads `audit` so far. */
export const demoTopics: Readonly<Record<string, { readonly partitions: number }>> = {
  orders: { partitions: 6 },
  payments: { partitions: 3 },
  audit: { partitions: 3 },
};

/**
 * Who sends what, and how often. The last one sends each record alone, and often enough for that to be
 * a problem: there is one to look at.
 */
const producers = [
  { clientId: "checkout", topic: "orders", everyMs: 100, records: 20 },
  { clientId: "cashier", topic: "payments", everyMs: 500, records: 15 },
  { clientId: "auditor", topic: "audit", everyMs: 200, records: 10 },
  { clientId: "legacy-etl", topic: "payments", everyMs: 20, records: 1 },
] as const;

/** Who reads what. */
const groups = [
  { groupId: "billing", topic: "orders" },
  { groupId: "search", topic: "orders" },
  { groupId: "ledger", topic: "payments" },
] as const;

/** Milliseconds that a consumer has to leave its group. */
const closeTimeoutMs = 2_000;

/** Clients that produce and consume through the proxy, until they are disposed. */
export interface DemoTraffic extends AsyncDisposable {
  /** Records produced and acknowledged so far. */
  readonly produced: number;
  /** Records that consumers got so far, in all groups. */
  readonly consumed: number;
}

/**
 * Starts the demo's clients, ordinary ones that know nothing of the proxy but its address. What
 * fails is tried again: brokers may be stopped and the proxy drained.
 */
export function startDemoTraffic(bootstrap: string): DemoTraffic {
  const counts = { produced: 0, consumed: 0 };
  const stopping = new AbortController();
  const running = [
    ...producers.map((one) => produce(bootstrap, one, stopping.signal, (n) => (counts.produced += n))),
    ...groups.map((one) => consume(bootstrap, one, stopping.signal, () => (counts.consumed += 1))),
  ];
  return {
    get produced() {
      return counts.produced;
    },
    get consumed() {
      return counts.consumed;
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

async function produce(
  bootstrap: string,
  { clientId, topic, everyMs, records }: (typeof producers)[number],
  signal: AbortSignal,
  onProduced: (records: number) => void,
): Promise<void> {
  const producer = new Producer({ ...clientOf(bootstrap, clientId), serializers: stringSerializers });
  for (let sent = 0; !signal.aborted; sent += records) {
    const messages = Array.from({ length: records }, (_, n) => message(topic, sent + n));
    try {
      await producer.send({ messages, acks: ProduceAcks.ALL });
      onProduced(records);
    } catch {
      // Not acknowledged, and nobody waits for it.
    }
    await pause(everyMs, signal);
  }
  await producer.close(true).catch(() => {});
}

async function consume(
  bootstrap: string,
  { groupId, topic }: (typeof groups)[number],
  signal: AbortSignal,
  onConsumed: () => void,
): Promise<void> {
  while (!signal.aborted) {
    const consumer = new Consumer({
      ...clientOf(bootstrap, groupId),
      groupId,
      deserializers: stringDeserializers,
      // One that went without a word holds up its group for that long.
      sessionTimeout: 6_000,
      rebalanceTimeout: 6_000,
      heartbeatInterval: 2_000,
    } satisfies ConsumerOptions<string, string, string, string>);
    try {
      const stream = await consumer.consume({
        topics: [topic],
        mode: "latest",
        maxWaitTime: 500,
        autocommit: 1_000,
      });
      const stop = (): void => void stream.destroy();
      signal.addEventListener("abort", stop, { once: true });
      for await (const _ of stream) onConsumed();
    } catch {
      // It is made anew, after a while.
    }
    // After a broker's error it may never end.
    await Promise.race([consumer.close(true).catch(() => {}), pause(closeTimeoutMs)]);
    await pause(1_000, signal);
  }
}

function clientOf(bootstrap: string, clientId: string) {
  return { clientId, bootstrapBrokers: bootstrap.split(","), connectTimeout: 2_000, timeout: 5_000 };
}

function message(topic: string, number: number): { topic: string; key: string; value: string } {
  return {
    topic,
    key: `customer-${number % 50}`,
    value: JSON.stringify({ number, amount: (number * 37) % 900 }),
  };
}

function pause(ms: number, signal: AbortSignal = new AbortController().signal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal.aborted) done();
    else signal.addEventListener("abort", done);
  });
}
