// oxlint-disable no-await-in-loop -- a client asks one thing after the other
import { KafkaRequest, KafkaResponse } from "@pagoda/kafka";
import type { KafkaAnswer } from "@pagoda/kafka";
import { Context } from "@pagoda/core";
import {
  ApiVersions,
  Fetch,
  FrameTooLargeError,
  Heartbeat,
  JoinGroup,
  Produce,
  SaslAuthenticate,
  SaslHandshake,
  SyncGroup,
} from "@pagoda/kafka/protocol";

import { timedLayer } from "../src/index.ts";
import type { Metrics } from "../src/index.ts";
import { answerEmpty, answerOf, batch, requestOf, Tier } from "./kafka-tier.ts";

/** A little of everything that the Kafka families count. */
export async function feedKafka(metrics: Metrics): Promise<void> {
  const tier = new Tier({
    metrics,
    broker: answer,
    layers: (_, connection) => [
      timedLayer("policy", (inner) => ({ call: (request, cx) => inner.call(request, cx) }), {
        metrics,
        connection,
      }),
      timedLayer(
        "refusing",
        (inner) => ({
          call: (request, cx) =>
            request.is(Heartbeat) ? Promise.resolve(answerEmpty(request)) : inner.call(request, cx),
        }),
        { metrics, connection },
      ),
    ],
  });
  const software = { clientSoftwareName: "apache-kafka-java", clientSoftwareVersion: "3.9.0" };
  await tier.ask(ApiVersions, { body: software });
  await tier.ask(SaslHandshake, { body: { mechanism: "PLAIN" } });
  await tier.ask(SaslAuthenticate, { body: { authBytes: Buffer.from("\0alice\0secret") } });
  const partitionData = [{ index: 0, records: batch(2) }, { index: 1 }];
  await tier.ask(Produce, {
    version: 12,
    body: { acks: -1, topicData: [{ name: "orders", partitionData }] },
  });
  for (const api of [Fetch, JoinGroup, SyncGroup, Heartbeat]) await tier.ask(api as typeof Fetch);
  await tier.service.call(unknownRequest(), Context.background());
  metrics.kafka.codecError("main", "client", new FrameTooLargeError(2, 1));
}

function answer(request: KafkaRequest): KafkaAnswer {
  if (request.api === null) return unknownAnswer(request);
  if (request.is(Fetch)) return answerOf(request, Fetch, { throttleTimeMs: 20 });
  if (!request.is(Produce)) return answerEmpty(request);
  const partitionResponses = [{ index: 0 }, { index: 1, errorCode: 6 }];
  return answerOf(request, Produce, { responses: [{ name: "orders", partitionResponses }] });
}

/** A request of an API that no codec knows. */
export function unknownRequest(apiKey = 4_000): KafkaRequest {
  const frame = Buffer.from(requestOf(Heartbeat, { version: 0 }).toFrame());
  frame.writeInt16BE(apiKey, 4);
  return KafkaRequest.read(frame);
}

/** An answer that is a header and bytes. */
export function unknownAnswer(request: KafkaRequest): KafkaAnswer {
  const frame = Buffer.alloc(12);
  frame.writeInt32BE(8, 0);
  frame.writeInt32BE(request.correlationId, 4);
  return KafkaResponse.read(frame, request);
}
