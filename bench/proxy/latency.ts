/** Sends Produce requests at a steady rate to one broker, and says how long each took. */

import { Context, Scope } from "@pagoda/core";
import { ask, kafkaClient } from "@pagoda/kafka";
import { encodeBatch, Metadata, Produce } from "@pagoda/kafka/protocol";
import { connect, parseEndpoint } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";
import { setTimeout as delay } from "node:timers/promises";

/** One measurement. */
export interface LatencyLoad {
  readonly bootstrap: string;
  readonly topic: string;
  /** In all. */
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly recordsPerRequest: number;
  readonly recordBytes: number;
}

/** In milliseconds. */
export interface LatencyResult {
  readonly p50: number;
  readonly p99: number;
}

const cx = Context.background();
const version = 9;

async function measure(load: LatencyLoad): Promise<LatencyResult> {
  await using scope = new Scope();
  const broker = kafkaClient((cx) => connect(parseEndpoint(load.bootstrap), cx), scope.fork());
  const leader = await leaderOf(broker, load.topic);
  const service = kafkaClient((cx) => connect(leader, cx), scope.fork());
  const value = Buffer.alloc(load.recordBytes, "v");
  const batch = encodeBatch({
    records: Array.from({ length: load.recordsPerRequest }, () => ({ key: null, value })),
  });
  const body = Produce.request.of({
    acks: 1,
    timeoutMs: 10_000,
    topicData: [{ name: load.topic, partitionData: [{ index: 0, records: batch }] }],
  });
  const took: number[] = [];
  const sending: Promise<void>[] = [];
  const startedMs = performance.now();
  for (let n = 0; n < load.requests; n++) {
    const dueMs = startedMs + (n * 1_000) / load.requestsPerSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0.5) await delay(waitMs);
    const sentMs = performance.now();
    sending.push(
      ask(service, Produce, { version, body }, cx).then(({ responses }) => {
        const code = responses[0]?.partitionResponses[0]?.errorCode;
        if (code !== 0) throw new Error(`Produce failed with ${code}`);
        took.push(performance.now() - sentMs);
      }),
    );
  }
  await Promise.all(sending);
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.floor(took.length * share)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

async function leaderOf(broker: ReturnType<typeof kafkaClient>, name: string): Promise<Endpoint> {
  const { brokers, topics } = await ask(
    broker,
    Metadata,
    { version, body: Metadata.request.of({ topics: [{ name }] }) },
    cx,
  );
  const leaderId = topics[0]?.partitions.find(({ partitionIndex }) => partitionIndex === 0)?.leaderId;
  const leader = brokers.find(({ nodeId }) => nodeId === leaderId);
  if (leader === undefined) throw new Error(`no leader of ${name}-0`);
  return leader;
}

process.on("message", (load: LatencyLoad) => {
  measure(load).then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
process.send?.({ port: 0 });
