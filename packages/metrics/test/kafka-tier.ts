import { Context, stack } from "@pagoda/core";
import type { SameLayer, Service } from "@pagoda/core";
import { KafkaRequest, KafkaResponse, kafkaSession, KafkaSession, noResponse, TopicIds } from "@pagoda/kafka";
import type { KafkaAnswer } from "@pagoda/kafka";
import type { ApiDefinition, Partially } from "@pagoda/kafka/protocol";
import { encodeBatch } from "@pagoda/kafka/protocol";
import type { EncodeRecordsOptions } from "@pagoda/kafka/protocol";
import type { Connection } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";
import { Registry } from "prom-client";

import { createMetrics, kafkaMetrics, metricsPage, upstreamKafkaMetrics } from "../src/index.ts";
import type { KafkaTierOptions, Metrics, MetricsOptions } from "../src/index.ts";
import { parseOpenMetrics } from "./open-metrics.ts";
import type { Family, Sample } from "./open-metrics.ts";

export const build = { version: "0.1.0", commit: "abc1234", kafkaProtocol: "4.3" };

/** A broker of a test: what it answers with, or fails with. */
export type Broker = (request: KafkaRequest) => KafkaAnswer | Promise<KafkaAnswer>;

export interface TierOptions extends Partial<Pick<KafkaTierOptions, "exemplar" | "nodeId" | "watcher">> {
  readonly broker?: Broker | Pick<Service<KafkaRequest, KafkaAnswer>, "call">;
  /** The layers between the two tiers that count. */
  readonly layers?: (
    metrics: Metrics,
    connection: Connection,
  ) => readonly SameLayer<KafkaRequest, KafkaAnswer>[];
  /** Shared with other connections. @default a registry of its own */
  readonly metrics?: Metrics;
  readonly more?: Partial<MetricsOptions>;
}

/** What a client asks. */
export interface Asked<Req> {
  /** @default the newest */
  readonly version?: number;
  readonly body?: Partially<Req>;
  /** @default "checkout" */
  readonly clientId?: string | null;
}

let correlationId = 0;

/** The tiers of one connection, with requests and answers going through their bytes. */
export class Tier {
  readonly metrics: Metrics;
  readonly topicIds = new TopicIds();
  readonly connection: Connection;
  readonly client: Connection;
  readonly session: KafkaSession;
  readonly service: Service<KafkaRequest, KafkaAnswer>;

  constructor(options: TierOptions = {}) {
    const { broker = answerEmpty, layers = () => [], nodeId = () => "1" } = options;
    this.metrics = options.metrics ?? createMetrics({ registry: new Registry(), build, ...options.more });
    [this.client, this.connection] = memoryConnections({ listener: "main" });
    const { metrics, connection, topicIds } = this;
    const session = (this.session = new KafkaSession(connection));
    let tiers = stack<KafkaRequest, KafkaAnswer>()
      .push(kafkaSession(session))
      .push(kafkaMetrics({ metrics, connection, session, topicIds, nodeId, ...ofTier(options) }));
    for (const layer of layers(metrics, connection)) tiers = tiers.push(layer);
    const call = typeof broker === "function" ? broker : broker.call.bind(broker);
    this.service = tiers
      .push(upstreamKafkaMetrics({ metrics, connection, nodeId }))
      .service(async (request, cx) => asRead(request, await call(request, cx)));
  }

  /** Sends a request, as it would come from a client. */
  async ask<Req, Res>(api: ApiDefinition<Req, Res>, asked: Asked<Req> = {}): Promise<KafkaAnswer> {
    return this.service.call(requestOf(api, asked), Context.background().fork());
  }

  /** What the page says of a family's series with these labels, summed up. */
  async value(sample: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const found = (await this.samples()).filter((one) => matches(one, sample, labels));
    return found.reduce((sum, { value }) => sum + value, 0);
  }

  async samples(): Promise<readonly Sample[]> {
    return [...(await this.page()).values()].flatMap(({ samples }) => samples);
  }

  async page(): Promise<ReadonlyMap<string, Family>> {
    return parseOpenMetrics((await metricsPage(this.metrics.registry, "application/openmetrics-text")).body);
  }

  /** Closes the connection. */
  async close(): Promise<void> {
    this.client.close("peer_closed");
    this.connection.close("peer_closed");
    await this.connection.closed;
  }
}

function ofTier({ exemplar, watcher }: TierOptions): Pick<KafkaTierOptions, "exemplar" | "watcher"> {
  return { ...(exemplar && { exemplar }), ...(watcher && { watcher }) };
}

function matches(
  { name, labels }: Sample,
  sample: string,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return name === sample && Object.entries(wanted).every(([label, value]) => labels[label] === value);
}

/** A request as it comes from a client: bytes. */
export function requestOf<Req, Res>(
  api: ApiDefinition<Req, Res>,
  { version = api.versions.max, body, clientId = "checkout" }: Asked<Req> = {},
): KafkaRequest {
  correlationId += 1;
  const made = KafkaRequest.of(api, { version, body: api.request.of(body), clientId });
  return KafkaRequest.read(made.toFrame(correlationId));
}

/** An answer as it comes from a broker: bytes. */
export function answerOf<Req, Res>(
  request: KafkaRequest,
  api: ApiDefinition<Req, Res>,
  body: Partially<Res>,
): KafkaResponse {
  return asRead(request, request.respond(api.response.of(body))) as KafkaResponse;
}

function asRead(request: KafkaRequest, answer: KafkaAnswer): KafkaAnswer {
  if (answer === noResponse || answer.untouched) return answer;
  return KafkaResponse.read(answer.toFrame(request.correlationId), request);
}

/** Answers everything with what a response has when nobody says otherwise. */
export function answerEmpty(request: KafkaRequest): KafkaAnswer {
  if (!request.expectsResponse) return noResponse;
  const { api } = request;
  if (api === null) throw new TypeError("nobody knows what to answer");
  return request.respond(api.response.of({}));
}

/** One batch of so many records. */
export function batch(
  records: number,
  compression: EncodeRecordsOptions["compression"] = "none",
): Uint8Array {
  const values = Array.from({ length: records }, (_, n) => ({ value: Buffer.from(`record ${n}`) }));
  return encodeBatch({ baseTimestamp: 1_000n, records: values }, { compression });
}
