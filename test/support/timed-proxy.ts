import { startCluster } from "@pagoda/kafka/testing";
import type { MemoryCluster } from "@pagoda/kafka/testing";
import { createLog, loadConfig, startProxy } from "@pagoda/proxy";
import type { LoadedConfig } from "@pagoda/proxy";
import { formatEndpoint } from "@pagoda/tcp";
import type { TrafficState } from "@pagoda/traffic";
import type { Problem } from "@pagoda/traffic/view";
import { Kafka, logLevel } from "kafkajs";
import type { ProducerRecord } from "kafkajs";
import { setTimeout } from "node:timers/promises";
import { vi } from "vitest";

/** The topic of its cluster, which has three partitions. */
export const topic = "orders";

/** A proxy before a cluster in memory, with real clients, and with a time that passes as it is told. */
export interface TimedProxy extends AsyncDisposable {
  readonly cluster: MemoryCluster;
  /** `HOST:PORT` where clients connect. */
  readonly address: string;
  /** Lets seconds pass: in each, `work` is done first. */
  pass(seconds: number, work?: (second: number) => Promise<unknown>): Promise<void>;
  /** Lets seconds pass until `work` is done: by them clients know that a heartbeat is due. */
  passUntil<T>(work: Promise<T>): Promise<T>;
  /** Sends what it is told, with a producer of kafkajs that ends with the proxy. */
  sender(clientId: string): Promise<(record: Omit<ProducerRecord, "topic">) => Promise<unknown>>;
  /** What `GET /api/problems` says. */
  problems(): Promise<readonly Problem[]>;
  /** What passed so far. */
  state(): TrafficState;
}

/**
 * Starts one whose clock, and whose sampling of the traffic, stand still but in `pass`. It believes the
 * header of the PROXY protocol from this machine.
 */
export async function startTimedProxy(): Promise<TimedProxy> {
  // Sockets and what clients wait for go by real time.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"], now: Date.now() });
  await using starting = new AsyncDisposableStack();
  starting.defer(() => void vi.useRealTimers());
  const cluster = starting.use(await startCluster({ topics: { [topic]: { partitions: 3 } } }));
  const log = createLog({ level: "silent" });
  const proxy = starting.use(await startProxy(await memoryConfig(cluster.bootstrap), { log }));
  const admin = `http://${formatEndpoint(proxy.admin ?? proxy.address)}`;
  const address = formatEndpoint(proxy.address);
  const open = starting.move();
  return {
    cluster,
    address,
    pass,
    passUntil: async (work) => {
      const done = work.then(() => true);
      // oxlint-disable-next-line no-await-in-loop -- one second after the other
      while (!(await Promise.race([done, setTimeout(20, false)]))) await pass(1);
      return work;
    },
    sender: async (clientId) => {
      const producer = kafkajsOf(address, clientId).producer();
      await producer.connect();
      open.defer(() => producer.disconnect());
      return (record) => producer.send({ topic, ...record });
    },
    problems: async () => {
      const response = await fetch(`${admin}/api/problems`);
      return ((await response.json()) as { problems: readonly Problem[] }).problems;
    },
    state: () => proxy.traffic.state(),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

async function pass(seconds: number, work?: (second: number) => Promise<unknown>): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    // oxlint-disable-next-line no-await-in-loop -- one second after the other
    await work?.(second);
    vi.advanceTimersByTime(1_000);
  }
}

/** So many of some bytes each. */
export function messages(count: number, bytes = 20): { value: string }[] {
  return Array.from({ length: count }, () => ({ value: "x".repeat(bytes) }));
}

/** The client kafkajs, silent, and ignorant of how much time has passed. */
export function kafkajsOf(address: string, clientId: string): Kafka {
  return new Kafka({
    clientId,
    brokers: [address],
    logLevel: logLevel.NOTHING,
    enforceRequestTimeout: false,
    retry: { initialRetryTime: 30, retries: 20, factor: 0, multiplier: 1 },
  });
}

/** A listener and an admin server on free ports, before a cluster. */
export function memoryConfig(bootstrap: string): Promise<LoadedConfig> {
  const bind = "127.0.0.1:0";
  const acceptProxyHeader = { mode: "optional", trusted: ["127.0.0.0/8"] };
  const flags = {
    clusters: { memory: { bootstrap } },
    listeners: [{ cluster: "memory", bind, acceptProxyHeader }],
    admin: { bind },
  };
  return loadConfig({ file: null, flags, env: {}, cwd: process.cwd() });
}
