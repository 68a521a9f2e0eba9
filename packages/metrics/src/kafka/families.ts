import type { Registry } from "prom-client";

import { latencyBuckets, sizeBuckets } from "../buckets.ts";
import { CellCounter, CellGauge, CellHistogram } from "./cells.ts";

/** Every family of the kafka, topic and client sections, and the two beside them that the same tier feeds. */
export class KafkaFamilies {
  readonly #registry: Registry;
  readonly requests: CellCounter<"listener" | "direction" | "api" | "api_version" | "node_id">;
  readonly responses: CellCounter<"listener" | "direction" | "api" | "node_id" | "classification">;
  readonly responseErrors: CellCounter<"listener" | "direction" | "api" | "error">;
  readonly requestDuration: CellHistogram<"listener" | "direction" | "api">;
  readonly upstreamDuration: CellHistogram<"listener" | "api">;
  readonly overhead: CellHistogram<"listener" | "hook">;
  readonly layerDuration: CellHistogram<"layer" | "hook">;
  readonly inFlight: CellGauge<"listener" | "node_id">;
  readonly requestSize: CellHistogram<"listener" | "api">;
  readonly responseSize: CellHistogram<"listener" | "api">;
  readonly fetchResponses: CellCounter<"listener" | "result">;
  readonly throttle: CellCounter<"listener" | "api" | "origin">;
  readonly passthrough: CellCounter<"listener" | "api" | "reason">;
  readonly codecErrors: CellCounter<"listener" | "side" | "reason">;
  readonly shortCircuits: CellCounter<"layer" | "api">;
  readonly topicRecords: CellCounter<"listener" | "topic" | "op">;
  readonly topicBytes: CellCounter<"listener" | "topic" | "op">;
  readonly topicBatches: CellCounter<"listener" | "topic" | "codec" | "acks">;
  readonly topicErrors: CellCounter<"listener" | "topic" | "op" | "error">;
  readonly topicLastProduced: CellGauge<"listener" | "topic">;
  readonly clientInfo: CellGauge<"client" | "software" | "software_version">;
  readonly clientConnections: CellGauge<"listener" | "client">;
  readonly clientRequests: CellCounter<"listener" | "client" | "api_class">;
  readonly clientBytes: CellCounter<"listener" | "client" | "op">;
  readonly clientErrors: CellCounter<"listener" | "client" | "error">;
  readonly edgeRecords: CellCounter<"listener" | "client" | "topic" | "op">;
  readonly rebalances: CellHistogram<"listener">;
  readonly auth: CellCounter<"listener" | "mechanism" | "outcome">;

  constructor(registry: Registry) {
    this.#registry = registry;
    const perApi = ["listener", "direction", "api"] as const;
    this.requests = this.#counter(
      "pagoda_requests_total",
      "Kafka requests accepted (node_id=bootstrap before a broker is known).",
      [...perApi, "api_version", "node_id"],
    );
    this.responses = this.#counter(
      "pagoda_responses_total",
      "Kafka responses by worst partition result (success|retriable|failure|none; none = acks=0).",
      [...perApi, "node_id", "classification"],
    );
    this.responseErrors = this.#counter(
      "pagoda_response_errors_total",
      "Every non-NONE Kafka error code at any level of a response, by name.",
      [...perApi, "error"],
    );
    this.requestDuration = this.#seconds(
      "pagoda_request_duration_seconds",
      "Client-perceived: request frame read until response frame written.",
      perApi,
    );
    this.upstreamDuration = this.#seconds(
      "pagoda_upstream_duration_seconds",
      "Broker time: request sent until response received.",
      ["listener", "api"],
    );
    this.overhead = this.#seconds(
      "pagoda_overhead_seconds",
      "Time added by the proxy, decode+layers+encode (hook request|response).",
      ["listener", "hook"],
    );
    this.layerDuration = this.#seconds(
      "pagoda_layer_duration_seconds",
      "Time spent inside one middleware layer.",
      ["layer", "hook"],
    );
    this.inFlight = this.#gauge(
      "pagoda_requests_in_flight",
      "Requests sent to a broker and not yet answered.",
      ["listener", "node_id"],
    );
    this.requestSize = this.#bytes("pagoda_request_size_bytes", "Request frame size.");
    this.responseSize = this.#bytes("pagoda_response_size_bytes", "Response frame size.");
    this.fetchResponses = this.#counter(
      "pagoda_fetch_responses_total",
      "Fetch responses by data|empty (empty ones are long polls and are kept out of the Fetch latency).",
      ["listener", "result"],
    );
    this.throttle = this.#counter(
      "pagoda_throttle_seconds_total",
      "Sum of throttle_time_ms returned (origin broker|proxy).",
      ["listener", "api", "origin"],
    );
    this.passthrough = this.#counter(
      "pagoda_passthrough_frames_total",
      "Frames forwarded without decoding (unknown_api|unknown_version|not_needed).",
      ["listener", "api", "reason"],
    );
    this.codecErrors = this.#counter(
      "pagoda_codec_errors_total",
      "Frames that could not be decoded or encoded (truncated|oversize|bad_length|bad_utf8|crc|trailing_bytes).",
      ["listener", "side", "reason"],
    );
    this.shortCircuits = this.#counter(
      "pagoda_short_circuits_total",
      "Requests answered by a layer without reaching a broker.",
      ["layer", "api"],
    );
    const perTopic = ["listener", "topic"] as const;
    this.topicRecords = this.#counter(
      "pagoda_topic_records_total",
      "Records produced or fetched (from batch headers, no decompression).",
      [...perTopic, "op"],
    );
    this.topicBytes = this.#counter(
      "pagoda_topic_bytes_total",
      "Record-batch bytes on the wire, as compressed.",
      [...perTopic, "op"],
    );
    this.topicBatches = this.#counter(
      "pagoda_topic_batches_total",
      "Produced batches by compression codec and acks.",
      [...perTopic, "codec", "acks"],
    );
    this.topicErrors = this.#counter("pagoda_topic_errors_total", "Per-partition errors by topic.", [
      ...perTopic,
      "op",
      "error",
    ]);
    this.topicLastProduced = this.#gauge(
      "pagoda_topic_last_produced_timestamp_seconds",
      "Unix time a produce to this topic last succeeded through this proxy.",
      perTopic,
    );
    const perClient = ["listener", "client"] as const;
    this.clientInfo = this.#gauge(
      "pagoda_client_info",
      "Client inventory from ApiVersions v3+ (principal is opt-in).",
      ["client", "software", "software_version"],
    );
    this.clientConnections = this.#gauge(
      "pagoda_client_connections",
      "Open connections by normalised client id.",
      perClient,
    );
    this.clientRequests = this.#counter(
      "pagoda_client_requests_total",
      "Requests by client (produce|fetch|group|txn|admin|other).",
      [...perClient, "api_class"],
    );
    this.clientBytes = this.#counter(
      "pagoda_client_bytes_total",
      "Record-batch bytes by client (for cost attribution).",
      [...perClient, "op"],
    );
    this.clientErrors = this.#counter("pagoda_client_errors_total", "Kafka errors returned to a client.", [
      ...perClient,
      "error",
    ]);
    this.edgeRecords = this.#counter(
      "pagoda_edge_records_total",
      "Topology edges; off by default, always in /api/topology.",
      [...perClient, "topic", "op"],
    );
    this.rebalances = this.#seconds(
      "pagoda_group_rebalance_duration_seconds",
      "First JoinGroup until SyncGroup answered, or heartbeat reconciliation for the KIP-848 protocol.",
      ["listener"],
    );
    this.auth = this.#counter("pagoda_auth_total", "SASL/mTLS authentications.", [
      "listener",
      "mechanism",
      "outcome",
    ]);
  }

  #counter<Name extends string>(name: string, help: string, labelNames: readonly Name[]): CellCounter<Name> {
    return new CellCounter(this.#registry, { name, help, labelNames });
  }

  #gauge<Name extends string>(name: string, help: string, labelNames: readonly Name[]): CellGauge<Name> {
    return new CellGauge(this.#registry, { name, help, labelNames });
  }

  #seconds<Name extends string>(
    name: string,
    help: string,
    labelNames: readonly Name[],
  ): CellHistogram<Name> {
    return new CellHistogram(this.#registry, { name, help, labelNames, buckets: latencyBuckets });
  }

  #bytes(name: string, help: string): CellHistogram<"listener" | "api"> {
    return new CellHistogram(this.#registry, {
      name,
      help,
      labelNames: ["listener", "api"],
      buckets: sizeBuckets,
    });
  }
}
