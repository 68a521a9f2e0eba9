import type { TapEvent } from "@pagoda/traffic/view";

import { apiNames, clients } from "./cast.ts";

/** One exchange that a tap would show. */
export function fakeExchange(n: number, at: number): TapEvent {
  const api = apiNames[n % apiNames.length] ?? "Fetch";
  const isProduce = api === "Produce";
  const fails = isProduce && n % 5 === 0;
  const client = clients[n % 3] ?? "checkout";
  return {
    id: `7:${1_842 + n}`,
    at,
    listener: "main",
    connection: "7",
    correlationId: 1_842 + n,
    client,
    software: "apache-kafka-java/4.3.1",
    principal: "User:checkout",
    source: "10.4.0.16:46804",
    broker: String((n % 3) + 1),
    tls: true,
    api,
    apiVersion: 11,
    requestBytes: 9_625,
    responseBytes: 92,
    ...(isProduce && {
      acks: -1,
      topics: [
        {
          topic: "orders",
          partitions: [
            { partition: 3, records: 60, bytes: 4_812, codec: "zstd", offset: 88_121 + n },
            { partition: 5, records: 58, bytes: 4_700, codec: "zstd", offset: 99_121 + n },
          ],
        },
      ],
    }),
    ...(api === "OffsetCommit" && { group: "billing" }),
    latencyMs: 2 + (n % 17) * 1.9,
    brokerMs: 1.6 + (n % 17) * 1.9,
    sentAfterMs: 0.4,
    throttleMs: 0,
    answeredBy: null,
    errors: fails ? [{ error: "NOT_LEADER_OR_FOLLOWER", where: "orders/3" }] : [],
  };
}
