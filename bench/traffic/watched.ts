/** The Kafka tiers in one process, without sockets: what counting and recording an exchange takes. */

import { Context, stack } from "@pagoda/core";
import { KafkaRequest, KafkaResponse, kafkaSession, KafkaSession, TopicIds } from "@pagoda/kafka";
import type { KafkaAnswer } from "@pagoda/kafka";
import { OffsetCommit } from "@pagoda/kafka/protocol";
import type { ExchangeWatcher } from "@pagoda/metrics";
import { createMetrics, kafkaMetrics, upstreamKafkaMetrics } from "@pagoda/metrics";
import { memoryConnections } from "@pagoda/tcp/testing";
import type { WatchedConnection } from "@pagoda/traffic";
import { Registry } from "prom-client";

import { createLog } from "../../packages/proxy/src/log.ts";
import { ProxyTraffic } from "../../packages/proxy/src/traffic/proxy-traffic.ts";
import { exchangeOf } from "../forward/kafka-messages.ts";
import type { ExchangeKind } from "../forward/kafka-messages.ts";

/** Who watches the exchanges of a connection. */
export type Watching = (traffic: ProxyTraffic, watched: WatchedConnection) => ExchangeWatcher | undefined;

/** A connection whose every exchange is of one kind, read from its bytes as one of a client is. */
export class WatchedExchanges {
  readonly traffic: ProxyTraffic;
  readonly #call: (request: KafkaRequest) => Promise<KafkaAnswer>;
  readonly #request: Buffer;

  constructor(kind: ExchangeKind, watching: Watching) {
    const metrics = createMetrics({
      registry: new Registry(),
      build: { version: "0", commit: "0", kafkaProtocol: "0" },
    });
    const log = createLog({ destination: { write: () => {} } });
    this.traffic = new ProxyTraffic({ metrics, tap: { values: false, redact: [] }, log });
    const [, connection] = memoryConnections({ listener: "main" });
    const session = new KafkaSession(connection);
    const topicIds = new TopicIds();
    const nodeId = (): string => "1";
    const watcher = watching(this.traffic, { connection, session, direction: "inbound", topicIds, nodeId });
    const { request, response } = exchangeOf(kind);
    const service = stack<KafkaRequest, KafkaAnswer>()
      .push(kafkaSession(session))
      .push(kafkaMetrics({ metrics, connection, session, topicIds, nodeId, ...(watcher && { watcher }) }))
      .push(upstreamKafkaMetrics({ metrics, connection, nodeId }))
      .service((asked) => Promise.resolve(answerTo(asked, response)));
    const cx = Context.background();
    this.#call = (asked) => service.call(asked, cx);
    this.#request = request;
  }

  /** A broker takes a commit of a group: from then on fetches are for it. */
  async commits(): Promise<void> {
    const topics = [{ name: "orders", partitions: [{ partitionIndex: 0, committedOffset: 1n }] }];
    const body = OffsetCommit.request.of({ groupId: "billing", memberId: "m-1", topics });
    const made = KafkaRequest.of(OffsetCommit, { version: 8, body, clientId: "checkout-1" });
    await this.#call(KafkaRequest.read(made.toFrame(1)));
  }

  /** So many exchanges, sixteen under way at a time. */
  async run(exchanges: number): Promise<void> {
    for (let left = exchanges; left > 0; left -= 16) {
      const answers: Promise<KafkaAnswer>[] = [];
      for (let n = 0; n < 16; n++) {
        const bytes = Buffer.from(this.#request);
        bytes.writeInt32BE(n, 8);
        answers.push(this.#call(KafkaRequest.read(bytes)));
      }
      // oxlint-disable-next-line no-await-in-loop -- the next ones come when these are answered
      await Promise.all(answers);
    }
  }
}

function answerTo(request: KafkaRequest, response: Buffer): KafkaAnswer {
  if (!request.is(OffsetCommit)) return KafkaResponse.read(Buffer.from(response), request);
  const topics = [{ name: "orders", partitions: [{ partitionIndex: 0 }] }];
  return request.respond(OffsetCommit.response.of({ topics }));
}
