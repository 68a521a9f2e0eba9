import { classify } from "@pagoda/core";
import { noResponse } from "@pagoda/kafka";
import type { KafkaRequest } from "@pagoda/kafka";
import { apiOfKey } from "@pagoda/kafka/protocol";
import type { Endpoint } from "@pagoda/tcp";
import type { Outcome, WatchedExchange } from "@pagoda/metrics";

import type { TapEvent, TapRecord } from "../view/tap-event.ts";
import type { ExchangeDetails } from "./exchange-details.ts";
import type { TapConnection } from "./tap-connection.ts";
import { shortName } from "./text.ts";

/** The name of a request's API; `SaslToken` for a raw token, `unknown` for one that nobody knows. */
export function apiName({ apiKey, isRawToken }: KafkaRequest): string {
  return isRawToken ? "SaslToken" : (apiOfKey(apiKey)?.name ?? "unknown");
}

/** Why there is no answer; undefined where there is one. */
export function noAnswerOf({ classification, failure }: Outcome): string | undefined {
  if (classification === "none") return "none";
  if (classification !== "aborted") return undefined;
  // Broken off, though nothing failed: the connection is gone.
  return failure === undefined ? "CONNECTION_CLOSED" : classify(failure).code;
}

/** What of an exchange every session is shown alike. Nothing of a body but names, numbers and errors. */
export function tapEventOf(
  client: TapConnection,
  exchange: WatchedExchange,
  outcome: Outcome,
  details: ExchangeDetails,
  nowMs: number,
): TapEvent {
  const { connection, session, nodeId } = client;
  const { request, startedMs, sentMs, receivedMs, answeredBy } = exchange;
  const { answer, endedMs, throttleMs } = outcome;
  const { acks, topics } = details;
  const noAnswer = noAnswerOf(outcome);
  const clientId = request.clientId ?? session.clientId;
  const { software, principal } = session;
  const [group] = details.groups;
  return {
    id: `${connection.id}:${request.correlationId}`,
    at: Math.round(nowMs - Math.max(performance.now() - startedMs, 0)),
    listener: connection.listener,
    connection: String(connection.id),
    correlationId: request.correlationId,
    client: clientId === null ? null : shortName(clientId),
    software: software === undefined ? null : `${shortName(software.name)}/${shortName(software.version)}`,
    principal: principal === undefined ? null : shortName(principal),
    source: show(connection.remote),
    broker: nodeId(),
    tls: connection.tls !== undefined,
    api: apiName(request),
    apiVersion: request.apiVersion,
    requestBytes: request.byteLength,
    responseBytes: answer === undefined || answer === noResponse ? 0 : answer.byteLength,
    ...(acks !== undefined && { acks }),
    ...(group !== undefined && { group: shortName(group) }),
    ...(topics.length > 0 && { topics }),
    latencyMs: noAnswer === undefined ? rounded(endedMs - startedMs) : null,
    brokerMs: receivedMs > 0 ? rounded(receivedMs - sentMs) : null,
    sentAfterMs: sentMs > 0 ? rounded(sentMs - startedMs) : null,
    throttleMs,
    answeredBy: sentMs === 0 && noAnswer === undefined ? (answeredBy ?? "built_in") : null,
    errors: details.errors,
    ...(noAnswer !== undefined && { noAnswer }),
  };
}

export function withRecords(event: TapEvent, records: readonly TapRecord[]): TapEvent {
  return records.length === 0 ? event : { ...event, records };
}

/** To a microsecond: clocks are not better than that. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

function show({ host, port }: Endpoint): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
