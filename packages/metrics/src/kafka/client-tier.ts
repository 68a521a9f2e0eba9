import { layer } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import type { KafkaAnswer, KafkaRequest, KafkaSession, TopicIds } from "@pagoda/kafka";
import { MalformedMessageError } from "@pagoda/kafka/protocol";
import type { Connection } from "@pagoda/tcp";

import type { Direction } from "../tcp-metrics.ts";
import type { ExemplarLabels } from "./cells.ts";
import { ConnectionTally } from "./connection-tally.ts";
import type { Exchange } from "./exchange.ts";
import type { ExchangeWatcher } from "./exchange-watcher.ts";
import type { KafkaMetrics } from "./kafka-metrics.ts";
import { guarded } from "./guarded.ts";

export interface KafkaTierOptions {
  readonly metrics: { readonly kafka: KafkaMetrics };
  /** The client's connection: one stack of tiers is built for each. */
  readonly connection: Connection;
  /** What `kafkaSession` learns, which belongs outside of this tier. */
  readonly session: KafkaSession;
  /** @default "inbound" */
  readonly direction?: Direction;
  /** Names of the topics that newer requests have ids of. @default none: such topics are `__unknown_id__` */
  readonly topicIds?: TopicIds;
  /** The broker that the connection is for: its node id, `bootstrap` before one is known. */
  readonly nodeId: () => string;
  /**
   * Told of every exchange what this reads of it: of one connection, as the tier is.
   * @default none
   */
  readonly watcher?: ExchangeWatcher;
  /**
   * Labels of an exemplar beside the bucket that a request's duration falls into, asked for when it is
   * answered: the id of its trace, where there is one. OpenMetrics pages show it.
   * @default none
   */
  readonly exemplar?: (request: KafkaRequest) => ExemplarLabels | undefined;
}

/**
 * Counts what one client asks and is answered: requests and responses, errors, durations, sizes, topics,
 * clients, logins. Outermost but for `kafkaSession`, so that it counts what the tiers below refuse. It
 * only watches: the caller gets the very promise of the tier below.
 *
 * - What an answer says is read from the headers of record batches (Produce, Fetch, ShareFetch), or from
 *   its body, decoded once for all who read it. Records are never decompressed.
 * - A message that is handed on as it arrives is read as it passes, and counted when it has passed: one
 *   that breaks off has no response. Of its partitions and errors the first 10,000 are counted.
 * - A response of an API or version that the codec does not know counts as a success.
 * - Records of a Produce request are counted when it is answered, without the partitions that the broker
 *   refused; with acks=0 when it was sent.
 * - Fetch responses without records are long polls, kept out of the durations; so are JoinGroup and
 *   SyncGroup, which wait for a whole group: see `pagoda_group_rebalance_duration_seconds`.
 * - The size of a response that a layer made, and nobody has encoded yet, is not observed.
 */
export function kafkaMetrics(options: KafkaTierOptions): SameLayer<KafkaRequest, KafkaAnswer> {
  const {
    metrics,
    connection,
    session,
    direction = "inbound",
    topicIds,
    nodeId,
    exemplar,
    watcher,
  } = options;
  const { kafka } = metrics;

  return layer("kafkaMetrics", (inner) => {
    const listener = kafka.listener(connection.listener, direction);
    const tally = new ConnectionTally({ kafka, listener, session, topicIds, nodeId, exemplar, watcher });
    const exchanges = kafka.exchanges(connection);
    // `closed` never rejects.
    void connection.closed.then(() => tally.closed());
    const unreadable = guarded((error) => {
      const ofRequest = error instanceof MalformedMessageError && error.messageName.endsWith("Request");
      kafka.codecError(connection.listener, ofRequest ? "client" : "broker", error);
    });
    const begin = (request: KafkaRequest): Exchange | undefined => {
      try {
        return tally.begin(request);
      } catch (error) {
        unreadable(error);
        return undefined;
      }
    };

    return (request: KafkaRequest, cx) => {
      const exchange = begin(request);
      if (exchange === undefined) return inner.call(request, cx);
      exchanges.enter(exchange);
      const answer = inner.call(request, cx);
      exchanges.leave(exchange);
      answer.then(
        (response) => {
          exchanges.settled(exchange);
          try {
            tally.answered(exchange, response);
          } catch (error) {
            unreadable(error);
          }
        },
        (failure: unknown) => {
          exchanges.settled(exchange);
          try {
            tally.failed(exchange, failure);
          } catch (error) {
            unreadable(error);
          }
        },
      );
      return answer;
    };
  });
}
