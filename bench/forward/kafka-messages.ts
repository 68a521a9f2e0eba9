/** The requests and responses of the Kafka benchmarks that a codec has to be able to read. */

import { KafkaRequest } from "@pagoda/kafka";
import { encodeBatch, Fetch, Heartbeat, Produce } from "@pagoda/kafka/protocol";

export const exchangeKinds = ["heartbeat", "produce", "fetch"] as const;
export type ExchangeKind = (typeof exchangeKinds)[number];

/** A request of about 100 bytes and its answer, or a Produce or Fetch of one record of 100 bytes. */
export function exchangeOf(kind: ExchangeKind): { readonly request: Buffer; readonly response: Buffer } {
  if (kind === "heartbeat") {
    const request = heartbeat();
    return framesOf(request, request.respond(Heartbeat.response.of({})));
  }
  if (kind === "fetch") return fetched();
  const request = produce();
  const partitionResponses = [{ index: 0, baseOffset: 42n }];
  const body = Produce.response.of({ responses: [{ name: "orders", partitionResponses }] });
  return framesOf(request, request.respond(body));
}

interface Framed {
  toFrame(correlationId: number): Uint8Array;
}

function framesOf(
  request: Framed,
  response: Framed,
): { readonly request: Buffer; readonly response: Buffer } {
  return { request: Buffer.from(request.toFrame(1)), response: Buffer.from(response.toFrame(1)) };
}

function heartbeat() {
  const body = Heartbeat.request.of({ groupId: "billing", memberId: "m".repeat(60), generationId: 3 });
  return KafkaRequest.of(Heartbeat, { version: 4, body, clientId: "checkout-1" });
}

const records = encodeBatch({ baseTimestamp: 1_000n, records: [{ value: Buffer.alloc(100, "v") }] });

function fetched(): { readonly request: Buffer; readonly response: Buffer } {
  const asked = Fetch.request.of({
    maxWaitMs: 500,
    topics: [{ topic: "orders", partitions: [{ partition: 0, fetchOffset: 42n }] }],
  });
  const request = KafkaRequest.of(Fetch, { version: 11, body: asked, clientId: "checkout-1" });
  const partitions = [{ partitionIndex: 0, highWatermark: 43n, records }];
  const answer = Fetch.response.of({ responses: [{ topic: "orders", partitions }] });
  return framesOf(request, request.respond(answer));
}

function produce() {
  const topicData = [{ name: "orders", partitionData: [{ index: 0, records }] }];
  const body = Produce.request.of({ acks: -1, timeoutMs: 30_000, topicData });
  return KafkaRequest.of(Produce, { version: 9, body, clientId: "checkout-1" });
}
