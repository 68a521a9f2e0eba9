import { ClosedError, Scope, stack } from "@pagoda/core";
import { Cluster, kafkaClient, portPerNode, rewriteAddresses, serveKafka } from "@pagoda/kafka";
import type { Advertiser, KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { bind, connect, formatEndpoint, parseEndpoint, serve } from "@pagoda/tcp";
import type { Connection, Endpoint, Listener } from "@pagoda/tcp";

export interface KafkaProxy extends AsyncDisposable {
  /** Where clients begin. */
  readonly address: Endpoint;
}

/** Before a cluster of at most ten brokers: clients begin at `port`, the ports behind it are the brokers'. */
export async function start(bootstrap: readonly Endpoint[], port = 0): Promise<KafkaProxy> {
  const [main, ...brokers] = await bindAll(11, port);
  const advertiser = portPerNode({
    bootstrapPort: main.address.port,
    ports: brokers.map(({ address }) => address.port),
  });
  const cluster = new Cluster({ bootstrap });

  const proxy = serveKafka((client, scope) =>
    stack<KafkaRequest, KafkaAnswer>()
      .push(rewriteAddresses({ cluster, advertise: (nodeId) => advertiser.addressOf(nodeId, client) }))
      .service(kafkaClient((cx) => connect(brokerOf(client, advertiser, cluster), cx), scope)),
  );
  const scope = new Scope();
  for (const listener of [main, ...brokers]) serve(listener, proxy, { scope });
  return { address: main.address, [Symbol.asyncDispose]: () => scope.close() };
}

/** The broker that a client's connection is for: the one that its port stands for, or any. */
function brokerOf(client: Connection, advertiser: Advertiser, cluster: Cluster): Endpoint {
  const target = advertiser.targetOf(client);
  // Known to a client from before a restart: it closes, and the client begins anew.
  if (target === undefined) throw new ClosedError(`port ${client.local.port}, which no broker has yet,`);
  const [endpoint] = cluster.endpointOf(target);
  return endpoint as Endpoint;
}

/** `count` ports of this machine, one behind the other; with 0 whichever are free. */
async function bindAll(count: number, first: number): Promise<[Listener, ...Listener[]]> {
  const ports = Array.from({ length: count }, (_, at) => (first === 0 ? 0 : first + at));
  const bound = await Promise.all(ports.map((port) => bind({ host: "127.0.0.1", port, name: "kafka" })));
  return bound as [Listener, ...Listener[]];
}

if (process.argv[1] === import.meta.filename) {
  const bootstrap = (process.argv[2] ?? "localhost:9092").split(",").map(parseEndpoint);
  const { address } = await start(bootstrap, 19_092);
  process.stdout.write(`serving ${formatEndpoint(address)}\n`);
}
