import { Context, stack } from "@pagoda/core";
import { kafkaSession, KafkaSession, TopicIds } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { encodeBatch } from "@pagoda/kafka/protocol";
import type { ApiDefinition, Partially } from "@pagoda/kafka/protocol";
import { kafkaMetrics, upstreamKafkaMetrics } from "@pagoda/metrics";
import { memoryConnections } from "@pagoda/tcp/testing";

import { answerEmpty, answerOf, requestOf, Tier } from "../../metrics/test/kafka-tier.ts";
import type { Asked } from "../../metrics/test/kafka-tier.ts";
import { Tap } from "../src/tap/tap.ts";
import type { TapOptions } from "../src/tap/tap.ts";
import type { TapEvent, TapMessage, TapRequest } from "../src/view/tap-event.ts";

type Broker = (request: KafkaRequest) => KafkaAnswer | Promise<KafkaAnswer>;

/** A client's tiers with a tap on them, over the metrics that tell it what passes. */
export function tapped(options: Partial<TapOptions> = {}) {
  const tap = new Tap({ allowValues: false, ...options });
  const state = { broker: answerEmpty as Broker };
  const { metrics } = new Tier();
  const [, connection] = memoryConnections({ listener: "main" });
  const session = new KafkaSession(connection);
  const topicIds = new TopicIds();
  const nodeId = () => "2";
  const watcher = tap.watch({ connection, session, topicIds, nodeId });
  const service = stack<KafkaRequest, KafkaAnswer>()
    .push(kafkaSession(session))
    .push(kafkaMetrics({ metrics, connection, session, topicIds, nodeId, watcher }))
    .push(upstreamKafkaMetrics({ metrics, connection, nodeId }))
    .service(async (request) => state.broker(request));
  const send = (request: KafkaRequest) => service.call(request, Context.background().fork());
  const ask = async <Req, Res>(
    api: ApiDefinition<Req, Res>,
    asked: Asked<Req> = {},
    response?: Partially<Res>,
  ): Promise<void> => {
    if (response !== undefined) state.broker = (request) => answerOf(request, api, response);
    await send(requestOf(api, asked)).catch(() => {});
    state.broker = answerEmpty;
  };
  const open = (request: TapRequest = {}) => {
    const messages: TapMessage[] = [];
    const subscription = tap.open(request).subscribe((message) => messages.push(message));
    const events = () => messages.flatMap((one) => (one.kind === "event" ? [one.event] : []));
    return {
      messages,
      events,
      last: () => events().at(-1) as TapEvent,
      close: () => subscription.unsubscribe(),
    };
  };
  return { tap, state, connection, topicIds, ask, send, open };
}

export const records = (values: readonly string[], compression: "none" | "gzip" = "none", key = "k-1") =>
  encodeBatch(
    {
      baseTimestamp: 1_000n,
      records: values.map((value) => ({
        key: Buffer.from(key),
        value: Buffer.from(value),
        headers: [{ key: "trace", value: Buffer.from("abc") }],
      })),
    },
    { compression },
  );

export const produceOf = (topic: string, bytes = records(["one", "two"]), acks = -1) => ({
  version: 9,
  body: { acks, topicData: [{ name: topic, partitionData: [{ index: 3, records: bytes }] }] },
});
export const produced = (topic: string, errorCode = 0, baseOffset = 88_121n) => ({
  responses: [{ name: topic, partitionResponses: [{ index: 3, errorCode, baseOffset }] }],
});
