import { classify, optional, Scope, stack, timeout } from "@pagoda/core";
import type { Context, SameLayer } from "@pagoda/core";
import { connect, ConnectError } from "@pagoda/tcp";
import type { ClientTls, ConnectReason, Endpoint } from "@pagoda/tcp";

import { ask } from "../ask.ts";
import { kafkaClient } from "../client.ts";
import type { KafkaService } from "../client.ts";
import { ApiVersions, Metadata, SaslHandshake } from "../protocol/generated/index.ts";
import type { ApiVersionsResponse, MetadataResponse } from "../protocol/generated/index.ts";
import type { BrokerAddress } from "../protocol/fields/addresses.ts";
import { FrameTooLargeError } from "../protocol/frame/frame-decoder.ts";
import { kafkaErrorOf } from "../protocol/errors/error-codes.ts";
import type { KafkaAnswer, KafkaRequest } from "../request.ts";

/**
 * Why an address cannot be used: how connecting failed, or what came after it.
 *
 * - `closed`: it took the connection, and closed it without an answer.
 * - `not_kafka`: what it says is not Kafka's protocol.
 */
export type ProbeFailure = ConnectReason | "closed" | "not_kafka";

/** What an address has to say to a client that has just connected. */
export type Probed =
  | {
      readonly result: "kafka";
      /** How many APIs it says it serves. */
      readonly apis: number;
      readonly clusterId: string | null;
      readonly brokers: readonly BrokerAddress[];
    }
  | {
      /** It speaks Kafka, and tells nothing of the cluster to who has not logged in. */
      readonly result: "login";
      readonly apis: number;
      /** How one may log in, as it says: `PLAIN`, `SCRAM-SHA-512`. */
      readonly mechanisms: readonly string[];
    }
  | { readonly result: "failed"; readonly reason: ProbeFailure; readonly message: string };

export interface ProbeOptions {
  /** Milliseconds for each step: to connect, and for each answer. */
  readonly timeoutMs: number;
  readonly tls: ClientTls | undefined;
  /** What sees the answers; undefined for nobody. */
  readonly watch: SameLayer<KafkaRequest, KafkaAnswer> | undefined;
}

/** Enough for the Metadata of a cluster without its topics, and nothing that hurts. */
const maxResponseBytes = 1_048_576;
/** Older brokers answer it in version 0. */
const apiVersionsVersion = 3;
const metadataVersion = 12;
const notInSaslState = 34;
const clientId = "pagoda-check";

/** Connects as a client does, and asks what it asks first. Rejects only when `cx` is cancelled. */
export async function probe(endpoint: Endpoint, options: ProbeOptions, cx: Context): Promise<Probed> {
  try {
    return await withBroker(endpoint, options, cx, async (broker) => {
      const { apiKeys } = await versionsOf(broker, cx);
      const version = Math.min(
        metadataVersion,
        apiKeys.find(({ apiKey }) => apiKey === Metadata.key)?.maxVersion ?? 0,
      );
      try {
        const { clusterId, brokers } = await metadataOf(broker, version, cx);
        return { result: "kafka", apis: apiKeys.length, clusterId, brokers };
      } catch (error) {
        cx.throwIfCancelled();
        // A broker that wants a login closes on anything else; so it does on other grounds.
        const mechanisms = await mechanismsOf(endpoint, options, cx);
        if (mechanisms === undefined) throw error;
        return { result: "login", apis: apiKeys.length, mechanisms };
      }
    });
  } catch (error) {
    cx.throwIfCancelled();
    return failureOf(error, options.tls !== undefined);
  }
}

/** Opens a connection for `work`, and closes it. */
async function withBroker<T>(
  endpoint: Endpoint,
  { timeoutMs, tls, watch }: ProbeOptions,
  cx: Context,
  work: (broker: KafkaService) => Promise<T>,
): Promise<T> {
  const connection = await connect({ ...endpoint, timeoutMs, ...(tls && { tls }) }, cx);
  const scope = new Scope();
  const limits = { maxResponseBytes, cutThroughBytes: maxResponseBytes + 4, lingerMs: 100 };
  const broker = stack<KafkaRequest, KafkaAnswer>()
    .push(optional(watch, (layer) => layer))
    .push(timeout({ timeoutMs }))
    .service(kafkaClient(() => Promise.resolve(connection), scope, limits));
  try {
    return await work(broker);
  } finally {
    await scope.close();
    connection.close("peer_closed");
  }
}

async function versionsOf(broker: KafkaService, cx: Context): Promise<ApiVersionsResponse> {
  const body = ApiVersions.request.of({ clientSoftwareName: "pagoda-check", clientSoftwareVersion: "0" });
  return ask(broker, ApiVersions, { version: apiVersionsVersion, body, clientId }, cx);
}

/** Of the cluster alone: no topics. */
async function metadataOf(broker: KafkaService, version: number, cx: Context): Promise<MetadataResponse> {
  const body = Metadata.request.of({ topics: [], allowAutoTopicCreation: true });
  const metadata = await ask(broker, Metadata, { version, body, clientId }, cx);
  if (metadata.brokers.length === 0) {
    throw new Error(`it tells of no brokers (${kafkaErrorOf(metadata.errorCode).name})`);
  }
  return metadata;
}

/** How one may log in; undefined where nobody has to. */
async function mechanismsOf(
  endpoint: Endpoint,
  options: ProbeOptions,
  cx: Context,
): Promise<readonly string[] | undefined> {
  try {
    // On a new connection: the one before is closed. A mechanism that it may not have is fine.
    const { errorCode, mechanisms } = await withBroker(endpoint, options, cx, (broker) =>
      ask(broker, SaslHandshake, { version: 1, body: { mechanism: "PLAIN" }, clientId }, cx),
    );
    return errorCode === notInSaslState || mechanisms.length === 0 ? undefined : mechanisms;
  } catch {
    return undefined;
  }
}

/** Shorter than the error's own words, which name the address. */
const unreachable: { readonly [Reason in ConnectReason]?: string } = {
  dns: "its name does not resolve here",
  refused: "nothing listens there",
  timeout: "it does not take connections",
};

function failureOf(error: unknown, isTls: boolean): Probed {
  if (error instanceof ConnectError) {
    return { result: "failed", reason: error.reason, message: unreachable[error.reason] ?? error.message };
  }
  const { kind } = classify(error);
  if (kind === "timeout") {
    return { result: "failed", reason: "timeout", message: "it takes connections, and does not answer" };
  }
  if (kind === "unavailable") {
    const message = "it closed the connection without an answer: is what it leads to up?";
    return { result: "failed", reason: "closed", message };
  }
  const message =
    error instanceof FrameTooLargeError && looksLikeTls(error.frameBytes)
      ? "it wants TLS, and was spoken to in plain text"
      : `it does not speak Kafka${isTls ? "" : " in plain text"}: does something else listen there?`;
  return { result: "failed", reason: "not_kafka", message };
}

/** The beginning of a TLS alert, taken for a size: type 21, version 3. */
function looksLikeTls(frameBytes: number): boolean {
  return frameBytes >>> 16 === 0x1503;
}
