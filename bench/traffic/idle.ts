/** What a proxy holds and does while nothing passes: much that was seen, and nobody who looks. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { Context, stack } from "@pagoda/core";
import { KafkaRequest, kafkaSession, KafkaSession } from "@pagoda/kafka";
import type { KafkaAnswer } from "@pagoda/kafka";
import { encodeBatch, Produce } from "@pagoda/kafka/protocol";
import { createMetrics, kafkaMetrics } from "@pagoda/metrics";
import { memoryConnections } from "@pagoda/tcp/testing";
import { Groups, OffsetTimeline, TrafficRecorder } from "@pagoda/traffic";
import { Registry } from "prom-client";

import { History } from "../../packages/traffic/src/history/history.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const records = encodeBatch({ baseTimestamp: 1_000n, records: [{ value: Buffer.alloc(100) }] });

/** The traffic that there was. */
interface Seen {
  readonly clients: number;
  readonly topics: number;
  readonly partitions: number;
  /** Whether connections stay open. */
  readonly stay: boolean;
}

/** The state and history of a proxy, with a clock that is set by hand. */
export class SeenTraffic {
  readonly #metrics = createMetrics({
    registry: new Registry(),
    build: { version: "0", commit: "0", kafkaProtocol: "0" },
  });
  readonly #recorder: TrafficRecorder;
  readonly #history = new History();
  #nowMs = Date.now();

  /** @param bounded whether names are bounded as the proxy bounds them by default; else each has a row */
  constructor({ bounded }: { readonly bounded: boolean }) {
    const asIs = { resolve: (name: string): string => name };
    const names = bounded ? this.#metrics.series : { topic: asIs, client: asIs, group: asIs };
    const now = (): number => this.#nowMs;
    const groups = new Groups({ names, now });
    this.#recorder = new TrafficRecorder({ names, groups, now, newTimeline: () => new OffsetTimeline() });
  }

  /** Each client produces to each partition of one topic, on a connection of its own. */
  async sees({ clients, topics, partitions, stay }: Seen, name: (n: number) => string): Promise<void> {
    const names = Array.from({ length: topics }, (_, n) => `topic.${name(n)}`);
    for (let n = 0; n < clients; n++) {
      // oxlint-disable-next-line no-await-in-loop -- one connection after the other
      await this.#produces(`client.${name(n)}`, names[n % topics] as string, partitions, stay);
    }
  }

  /** As once a second: a sample of all that was counted. */
  sample(): void {
    this.#nowMs += 1_000;
    this.#history.push(this.#recorder.state());
  }

  get rows(): number {
    const { topics, clients, edges, apis } = this.#recorder.state();
    return topics.length + clients.length + edges.length + apis.length;
  }

  async #produces(clientId: string, name: string, partitions: number, stay: boolean): Promise<void> {
    const [client, connection] = memoryConnections({ listener: "main" });
    const session = new KafkaSession(connection);
    const nodeId = (): string => "1";
    const watcher = this.#recorder.watch({ connection, session, direction: "inbound", nodeId });
    const indexes = Array.from({ length: partitions }, (_, index) => index);
    const service = stack<KafkaRequest, KafkaAnswer>()
      .push(kafkaSession(session))
      .push(kafkaMetrics({ metrics: this.#metrics, connection, session, nodeId, watcher }))
      .service(async (request) => {
        const partitionResponses = indexes.map((index) => ({ index, baseOffset: 42n }));
        return request.respond(Produce.response.of({ responses: [{ name, partitionResponses }] }));
      });
    const partitionData = indexes.map((index) => ({ index, records }));
    const body = Produce.request.of({ acks: 1, topicData: [{ name, partitionData }] });
    const made = KafkaRequest.of(Produce, { version: 9, body, clientId });
    await service.call(KafkaRequest.read(made.toFrame(1)), Context.background());
    if (stay) return;
    client.close("peer_closed");
    connection.close("peer_closed");
    await connection.closed;
  }
}

/** MiB in use after a collection. */
export function heapMiB(): number {
  collect();
  return process.memoryUsage().heapUsed / 1_048_576;
}
