import { optional, Scope, stack } from "@pagoda/core";
import {
  Cluster,
  kafkaClient,
  KafkaSession,
  kafkaSession,
  negotiateVersions,
  rewriteAddresses,
  serveKafka,
  TopicIds,
  watchTopicIds,
} from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { injectTraceContext, kafkaTracing, tracedLayer, upstreamTracing } from "@pagoda/metrics";
import type { KafkaTracer, TransformedRecords } from "@pagoda/metrics";
import { bind, connect, serve } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";
import type { SameLayer } from "@pagoda/core";

/** A proxy before one broker, with the tiers of tracing where they belong. */
export interface TracedProxy extends AsyncDisposable {
  readonly endpoint: Endpoint;
  /** `HOST:PORT` */
  readonly address: string;
  readonly transformed: readonly TransformedRecords[];
}

export interface TracedProxyOptions {
  readonly tracer: KafkaTracer;
  readonly broker: Endpoint;
  readonly listen?: Endpoint;
  readonly inject?: boolean;
  /** A layer of somebody's, in the middle. */
  readonly layer?: SameLayer<KafkaRequest, KafkaAnswer>;
  /** Bytes from which on messages are cut through. */
  readonly cutThroughBytes?: number;
}

export async function tracedProxy(options: TracedProxyOptions): Promise<TracedProxy> {
  const { tracer, broker, listen = { host: "127.0.0.1", port: 0 }, inject = false, layer } = options;
  const cut = options.cutThroughBytes === undefined ? {} : { cutThroughBytes: options.cutThroughBytes };
  const scope = new Scope();
  const listener = await bind({ ...listen, name: "main" });
  const endpoint = listener.address;
  const cluster = new Cluster({ bootstrap: [broker] });
  const topicIds = new TopicIds();
  const transformed: TransformedRecords[] = [];
  const service = serveKafka((connection, own) => {
    const session = new KafkaSession(connection);
    return stack<KafkaRequest, KafkaAnswer>()
      .push(kafkaSession(session))
      .push(
        kafkaTracing({
          tracer,
          connection,
          session,
          topicIds,
          clusterId: "cluster-1",
          broker: () => ({ endpoint: broker, nodeId: "1" }),
          onError: (error) => {
            throw error;
          },
        }),
      )
      .push(negotiateVersions())
      .push(optional(layer, (given) => tracedLayer("given", given)))
      .push(
        optional(inject, () =>
          injectTraceContext({ topicIds, onTransformed: (each) => transformed.push(each) }),
        ),
      )
      .push(watchTopicIds(topicIds))
      .push(rewriteAddresses({ cluster, advertise: () => endpoint }))
      .push(upstreamTracing())
      .service(kafkaClient((cx) => connect(broker, cx), own, cut));
  }, cut);
  scope.use(serve(listener, service, { lingerMs: 100 }));
  return {
    endpoint,
    address: `${endpoint.host}:${endpoint.port}`,
    transformed,
    [Symbol.asyncDispose]: () => scope.close(),
  };
}
