import { classify, layer } from "@pagoda/core";
import type { Context, SameLayer } from "@pagoda/core";
import type { KafkaAnswer, KafkaRequest, KafkaSession, TopicIds } from "@pagoda/kafka";
import { ProtocolError } from "@pagoda/kafka/protocol";
import type { Connection } from "@pagoda/tcp";

import { errorCodeOf, errorTypeOf, failureTypeOf } from "./answer-error.ts";
import type { KafkaTracer } from "./kafka-tracer.ts";
import { RequestSpans } from "./request-spans.ts";
import type { TracedBroker } from "./request-spans.ts";
import { currentTrace, parentTrace } from "./request-trace.ts";
import type { RequestTrace } from "./request-trace.ts";

export interface KafkaTracingOptions {
  /** Which requests have spans: one for all connections. */
  readonly tracer: KafkaTracer;
  /** The client's connection: one stack of tiers is built for each. */
  readonly connection: Pick<Connection, "listener" | "local" | "remote">;
  /** Who the client is, for `showPrincipal`. */
  readonly session?: Pick<KafkaSession, "principal">;
  /** Whether spans say who the client is: `pagoda.client.principal`. @default false */
  readonly showPrincipal?: boolean;
  /** Names of the topics that newer requests have ids of. @default none: such topics have no name */
  readonly topicIds?: Pick<TopicIds, "nameOf">;
  /** `messaging.kafka.cluster.id`, as soon as it is known. @default not said */
  readonly clusterId?: string | (() => string | undefined);
  /** The broker that the connection is for. @default not said */
  readonly broker?: () => TracedBroker | undefined;
  /** Is told each error of making spans, of which the request takes no harm. @default one process warning */
  readonly onError?: (error: unknown) => void;
}

/** By key: Fetch, JoinGroup, SyncGroup, ShareFetch. They wait for records, or for a whole group. */
const waiting: ReadonlySet<number> = new Set([1, 11, 14, 78]);

/**
 * Makes the spans of a client's requests: a SERVER span `proxy Produce orders` for those that the tracer
 * chose, with a CLIENT span `send orders` for what `upstreamTracing`, at the other end of the stack,
 * saw. See docs/tracing.md for names and attributes.
 *
 * Produce has links to the contexts of its records, on the SERVER span; Fetch to those of the records
 * that came, on the CLIENT span. A message that is not whole is not gathered for it, and has none.
 *
 * Inside of `kafkaSession` and `kafkaMetrics`, outside of all that may refuse. It only watches: the
 * caller gets the very promise of the tier below.
 */
export function kafkaTracing(options: KafkaTracingOptions): SameLayer<KafkaRequest, KafkaAnswer> {
  const { tracer, connection, session, showPrincipal = false, topicIds, clusterId } = options;
  const report = options.onError ?? warner();

  return layer("kafkaTracing", (inner) => {
    const spans = new RequestSpans({
      tracer,
      connection,
      session,
      showPrincipal,
      topicIds,
      clusterId: typeof clusterId === "function" ? clusterId : () => clusterId,
      broker: options.broker ?? (() => undefined),
    });

    const ended = (
      request: KafkaRequest,
      cx: Context,
      noted: RequestTrace,
      answer: KafkaAnswer | undefined,
      failure?: unknown,
    ): void => {
      const endedMs = performance.now();
      try {
        const error = errorIn(answer, failure);
        const { span } = noted;
        if (span !== undefined) {
          spans.end(request, noted, span, { endedMs, answer, error });
          return;
        }
        const reason = tracer.reasonToKeep(request, {
          // A client that went away is nothing that failed.
          failed: error !== undefined && !(answer === undefined && classify(failure).kind === "cancelled"),
          waits: waiting.has(request.apiKey),
          durationMs: endedMs - noted.startedMs,
        });
        if (reason === undefined) return;
        spans.endLate(request, noted, { endedMs, answer, error, reason, parent: cx.get(parentTrace) });
      } catch (thrown) {
        report(thrown);
      }
    };

    return (request: KafkaRequest, cx: Context) => {
      let noted: RequestTrace | undefined;
      try {
        noted = tracer.begin(request, cx);
      } catch (thrown) {
        report(thrown);
      }
      if (noted === undefined) return inner.call(request, cx);
      const trace = noted;
      const answer = inner.call(request, cx.with(currentTrace, trace));
      answer.then(
        (response) => ended(request, cx, trace, response),
        (failure: unknown) => ended(request, cx, trace, undefined, failure),
      );
      return answer;
    };
  });
}

function errorIn(answer: KafkaAnswer | undefined, failure: unknown): string | undefined {
  if (answer === undefined) return failureTypeOf(failure);
  try {
    const code = errorCodeOf(answer);
    return code === 0 ? undefined : errorTypeOf(code);
  } catch (error) {
    // Whoever has to read it says what is wrong with it.
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** Says so once, not once a request. */
function warner(): (error: unknown) => void {
  let warned = false;
  return (error) => {
    if (warned) return;
    warned = true;
    const message = `spans could not be made, which may go on unreported: ${String(error)}`;
    process.emitWarning(message, { type: "PagodaWarning", code: "PAGODA_TRACING" });
  };
}
