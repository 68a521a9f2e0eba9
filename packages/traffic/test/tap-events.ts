import type { TapEvent } from "../src/view/tap-event.ts";

/** A Produce of two partitions, one of which was refused. */
export function produceEvent(changes: Partial<TapEvent> = {}): TapEvent {
  return {
    id: "7:1842",
    at: 1_000_000,
    listener: "main",
    connection: "7",
    correlationId: 1_842,
    client: "checkout",
    software: "apache-kafka-java/3.9.0",
    principal: null,
    source: "10.4.0.16:46804",
    broker: "1",
    tls: true,
    api: "Produce",
    apiVersion: 11,
    requestBytes: 9_800,
    responseBytes: 90,
    acks: -1,
    topics: [
      {
        topic: "orders",
        partitions: [
          { partition: 3, records: 60, bytes: 4_000, codec: "zstd" },
          { partition: 5, records: 58, bytes: 5_600, codec: "zstd", offset: 88_121 },
        ],
      },
    ],
    latencyMs: 31.1,
    brokerMs: 30.3,
    sentAfterMs: 0.4,
    throttleMs: 0,
    answeredBy: null,
    errors: [{ error: "NOT_LEADER_OR_FOLLOWER", where: "orders/3" }],
    ...changes,
  };
}
