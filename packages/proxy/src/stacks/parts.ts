import type { SameLayer } from "@pagoda/core";
import type { ServeKafkaOptions, TopicIds } from "@pagoda/kafka";
import type { InjectTraceContextOptions, KafkaTierOptions, KafkaTracer, Metrics } from "@pagoda/metrics";
import { sniffTls, terminateTls } from "@pagoda/tcp";
import type { Connection, ServerTls } from "@pagoda/tcp";

import type { LimitsConfig, TlsMode } from "../config/model.ts";
import type { AcceptProxyHeader } from "../options.ts";

/** TLS that a listener terminates. */
export interface ServedTls {
  readonly tls: ServerTls;
  readonly mode: TlsMode;
}

/** TLS for all clients, or for those that begin with it. */
export function serveTls<C extends Connection>(
  { tls, mode }: ServedTls,
  metrics: Metrics,
): SameLayer<C, void> {
  if (mode === "required") return terminateTls({ tls });
  return sniffTls({
    tls,
    onSniffed: (connection, { tls: said }) => metrics.tcp.settleTls(connection, said),
  });
}

/** What the metrics say of TLS before anybody has connected. */
export function tlsLabel(served: ServedTls | undefined): boolean | "sniffed" {
  return served?.mode === "optional" ? "sniffed" : served !== undefined;
}

/** Behind a balancer the listener's own limit sees one address: clients are told apart by its header. */
export function perClient(
  header: AcceptProxyHeader | undefined,
  { connectionsPerAddress }: LimitsConfig,
): number | undefined {
  return header === undefined ? undefined : connectionsPerAddress;
}

/** What makes spans of the requests of a stack. */
export interface StackTracing {
  readonly tracer: KafkaTracer;
  /** Whether records without a context get one. */
  readonly inject: boolean;
}

/** The trace of a request beside its duration, where it has spans. */
export function exemplars(tracing: StackTracing | undefined): Pick<KafkaTierOptions, "exemplar"> {
  return tracing === undefined ? {} : { exemplar: (request) => tracing.tracer.exemplarOf(request) };
}

/** What is handed on as it arrives has no links to its records: where there are spans, less of it is. */
export function cutThrough(tracing: StackTracing | undefined): Pick<ServeKafkaOptions, "cutThroughBytes"> {
  return tracing === undefined ? {} : { cutThroughBytes: 65_536 };
}

/** Counts what is injected. */
export function injection({ transforms }: Metrics, topicIds: TopicIds): InjectTraceContextOptions {
  return {
    topicIds,
    onTransformed: ({ topic, outcome, records }) =>
      transforms.transformed("trace-inject", topic, outcome, records),
  };
}
