import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Attributes, Link, Span, SpanContext } from "@opentelemetry/api";
import type { KafkaAnswer, KafkaRequest, KafkaSession, TopicIds } from "@pagoda/kafka";
import type { Connection, Endpoint } from "@pagoda/tcp";

import { errorCodeOf, errorTypeOf, failureTypeOf } from "./answer-error.ts";
import { attributeNames as names, operationOf } from "./conventions.ts";
import type { SamplingReason } from "./conventions.ts";
import { apiNameOf, contextOf } from "./kafka-tracer.ts";
import type { KafkaTracer } from "./kafka-tracer.ts";
import type { RecordContexts } from "./record-contexts.ts";
import { factsOf } from "./request-facts.ts";
import type { RequestFacts } from "./request-facts.ts";
import type { Attempt, LayerShare, RequestTrace } from "./request-trace.ts";

/** What there is to say of a connection. */
export interface RequestSpansParts {
  readonly tracer: KafkaTracer;
  readonly connection: Pick<Connection, "listener" | "local" | "remote">;
  readonly session: Pick<KafkaSession, "principal"> | undefined;
  readonly showPrincipal: boolean;
  readonly topicIds: Pick<TopicIds, "nameOf"> | undefined;
  readonly clusterId: () => string | undefined;
  readonly broker: () => TracedBroker | undefined;
}

/** The broker that a connection is for, as far as it is known. */
export interface TracedBroker {
  readonly endpoint?: Endpoint;
  readonly nodeId?: string;
}

/** How a request ended. */
export interface Ending {
  readonly endedMs: number;
  readonly answer: KafkaAnswer | undefined;
  /** The value of `error.type`. */
  readonly error: string | undefined;
}

/** Shares of layers from here on are events. */
const leastShareMs = 1;

/** Makes the spans of the requests of one connection, when they have ended. */
export class RequestSpans {
  readonly #parts: RequestSpansParts;
  readonly #ofConnection: Attributes;

  constructor(parts: RequestSpansParts) {
    const { connection } = parts;
    const { local, remote } = connection;
    this.#parts = parts;
    this.#ofConnection = {
      [names.listener]: connection.listener,
      [names.serverAddress]: local.host,
      [names.serverPort]: local.port,
      [names.clientAddress]: remote.host,
      [names.clientPort]: remote.port,
      [names.peerAddress]: remote.host,
      [names.peerPort]: remote.port,
    };
  }

  /** Ends the span that the request began with, with all that belongs to it. */
  end(request: KafkaRequest, noted: RequestTrace, span: Span, ending: Ending): void {
    const { tracer, topicIds } = this.#parts;
    const facts = factsOf(request, ending.answer, { topicIds, records: tracer.records });
    const api = apiNameOf(request);
    const overheadMs = Math.max(
      0,
      ending.endedMs - noted.startedMs - (noted.first === undefined ? 0 : noted.upstreamMs(ending.endedMs)),
    );
    const operation = { name: `proxy ${api}`, type: operationOf(api).type };
    span.updateName(spanName(operation.name, facts, this.#parts.connection.local));
    span.setAttributes({
      ...this.#common(request, facts, operation),
      ...this.#ofConnection,
      [names.overheadMs]: overheadMs,
    });
    const principal = this.#parts.showPrincipal ? this.#parts.session?.principal : undefined;
    if (principal !== undefined) span.setAttribute(names.principal, principal);
    span.addLinks(linksTo(facts.produced));
    for (const share of noted.shares ?? []) addShare(span, share, noted);
    this.#attempts(request, noted, span, { facts, ending });
    setError(span, ending.error);
    span.end(noted.epochMs(ending.endedMs));
  }

  /** Makes the span of a request that has ended, and turned out to be worth one. */
  endLate(
    request: KafkaRequest,
    noted: RequestTrace,
    late: Ending & { reason: SamplingReason; parent: SpanContext | undefined },
  ): void {
    const { tracer } = this.#parts;
    const span = tracer.tracer.startSpan(
      `proxy ${apiNameOf(request)}`,
      {
        kind: SpanKind.SERVER,
        startTime: noted.epochMs(noted.startedMs),
        attributes: { [names.samplingReason]: late.reason },
      },
      contextOf(late.parent),
    );
    if (!span.isRecording()) return;
    tracer.kept(request, span.spanContext());
    this.end(request, noted, span, late);
  }

  #attempts(
    request: KafkaRequest,
    noted: RequestTrace,
    parent: Span,
    { facts, ending }: { facts: RequestFacts; ending: Ending },
  ): void {
    for (const attempt of noted.attempts) {
      const endedMs = attempt.settledMs === 0 ? ending.endedMs : attempt.settledMs;
      const operation = operationOf(apiNameOf(request));
      const { endpoint, nodeId } = this.#parts.broker() ?? {};
      const span = this.#parts.tracer.tracer.startSpan(
        spanName(operation.name, facts, endpoint),
        {
          kind: SpanKind.CLIENT,
          startTime: noted.epochMs(attempt.sentMs),
          attributes: {
            ...this.#common(request, facts, operation),
            ...(endpoint && { [names.serverAddress]: endpoint.host, [names.serverPort]: endpoint.port }),
            ...(nodeId !== undefined && { [names.node]: nodeId }),
          },
        },
        trace.setSpan(ROOT_CONTEXT, parent),
      );
      span.addLinks(linksTo(facts.fetched));
      setError(span, errorOfAttempt(attempt, ending));
      span.end(noted.epochMs(endedMs));
    }
  }

  #common(
    request: KafkaRequest,
    facts: RequestFacts,
    operation: { name: string; type: string | undefined },
  ): Attributes {
    const clusterId = this.#parts.clusterId();
    return {
      [names.system]: "kafka",
      [names.operationName]: operation.name,
      ...(operation.type !== undefined && { [names.operationType]: operation.type }),
      ...(request.clientId !== null && { [names.clientId]: request.clientId }),
      ...(clusterId !== undefined && { [names.clusterId]: clusterId }),
      [names.api]: apiNameOf(request),
      [names.apiVersion]: request.apiVersion,
      ...facts.attributes,
    };
  }
}

/** `{operation} {destination}`, the destination being the topic, else the server. */
function spanName(operation: string, { destination }: RequestFacts, server: Endpoint | undefined): string {
  if (destination !== undefined) return `${operation} ${destination}`;
  return server === undefined ? operation : `${operation} ${server.host}:${server.port}`;
}

function linksTo(records: RecordContexts | undefined): Link[] {
  return (records?.contexts ?? []).map((context) => ({ context }));
}

function addShare(span: Span, { layer, hook, durationMs, endedMs }: LayerShare, noted: RequestTrace): void {
  if (durationMs < leastShareMs) return;
  const attributes = { [names.layer]: layer, [names.hook]: hook, [names.durationMs]: durationMs };
  span.addEvent("layer", attributes, noted.epochMs(endedMs));
}

function errorOfAttempt({ answer, failure }: Attempt, ending: Ending): string | undefined {
  if (failure !== undefined) return failureTypeOf(failure);
  if (answer === undefined) return ending.error;
  if (answer === ending.answer) return ending.error;
  const code = errorCodeOf(answer);
  return code === 0 ? undefined : errorTypeOf(code);
}

function setError(span: Span, error: string | undefined): void {
  if (error === undefined) return;
  span.setAttribute(names.errorType, error);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
