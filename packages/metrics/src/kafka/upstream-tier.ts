import { layer } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import { noResponse } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { apiOfKey } from "@pagoda/kafka/protocol";
import type { Connection } from "@pagoda/tcp";

import type { Direction } from "../tcp-metrics.ts";
import type { Cell } from "./cells.ts";
import type { KafkaMetrics } from "./kafka-metrics.ts";

export interface UpstreamKafkaTierOptions {
  readonly metrics: { readonly kafka: KafkaMetrics };
  /** The client's connection, as `kafkaMetrics` has it. */
  readonly connection: Connection;
  /** @default "inbound" */
  readonly direction?: Direction;
  /** The broker that the connection is for: its node id, `bootstrap` before one is known. */
  readonly nodeId: () => string;
}

/**
 * Counts what goes to the broker: requests in flight, how long it takes, and, with `kafkaMetrics` at the
 * other end of the stack, what the tiers between them add. Innermost, next to `kafkaClient`.
 *
 * Requests of a layer's own, and further attempts of a client's, count as broker time of their own.
 */
export function upstreamKafkaMetrics(
  options: UpstreamKafkaTierOptions,
): SameLayer<KafkaRequest, KafkaAnswer> {
  const { metrics, connection, direction = "inbound", nodeId } = options;
  const { kafka } = metrics;

  return layer("upstreamKafkaMetrics", (inner) => {
    const listener = kafka.listener(connection.listener, direction);
    const exchanges = kafka.exchanges(connection);
    let lastNode: string | undefined;
    let cell: Cell | undefined;
    const inFlightAt = (node: string): Cell => {
      if (cell === undefined || node !== lastNode) {
        lastNode = node;
        cell = listener.inFlight(node);
      }
      return cell;
    };

    return (request: KafkaRequest, cx) => {
      const inFlight = inFlightAt(nodeId());
      const found = exchanges.find(request);
      // One that was sent before: a further attempt.
      const exchange = found?.sentMs === 0 ? found : undefined;
      const sentMs = performance.now();
      if (exchange !== undefined) {
        exchange.sentMs = sentMs;
        listener.overheadRequest.observe((sentMs - exchange.startedMs) / 1_000);
      }
      inFlight.value += 1;
      const answer = inner.call(request, cx);
      answer.then(
        (response) => {
          inFlight.value -= 1;
          if (response === noResponse) return;
          const nowMs = performance.now();
          if (exchange !== undefined) exchange.receivedMs = nowMs;
          else {
            const api = listener.api(request.apiKey, apiOfKey(request.apiKey) !== undefined);
            api.upstreamDuration.observe((nowMs - sentMs) / 1_000);
          }
        },
        () => {
          inFlight.value -= 1;
        },
      );
      return answer;
    };
  });
}
