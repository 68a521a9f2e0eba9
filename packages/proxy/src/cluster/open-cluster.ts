import { Context, messageOf } from "@pagoda/core";
import type { Scope } from "@pagoda/core";
import { Cluster, stateFile } from "@pagoda/kafka";
import type { Slots } from "@pagoda/kafka";
import type { Connection } from "@pagoda/tcp";

import { upstreamOptions } from "../ground.ts";
import type { Ground, GroundParts } from "../ground.ts";
import type { Logger } from "../log.ts";
import type { ListenerOptions, Target } from "../options.ts";
import { outbound } from "../stacks/outbound.ts";
import { Upstream } from "../upstream.ts";
import { learnBrokers } from "./learn-brokers.ts";
import { bindCluster } from "./listeners.ts";
import { NodeUpstream } from "./node-upstream.ts";
import { selfCheck } from "./self-check.ts";

/** A listener, and an address for each broker, before a whole cluster. @throws CertificateError, ListenError */
export async function openCluster(
  options: ListenerOptions & Extract<Target, { readonly upstream?: undefined }>,
  { listen, scope, ...parts }: GroundParts,
): Promise<Ground> {
  const { bootstrap, unknownApis } = options.cluster;
  const connect = await upstreamOptions(options, { ...parts, scope });
  const { main, nodes: nodeListeners, advertiser, slots } = await bindCluster(options.cluster, listen, scope);
  const cluster = new Cluster({ bootstrap });
  await remember(options.cluster.stateFile, { cluster, slots, scope, log: parts.log });
  const upstream = scope.use(
    new Upstream({
      ...connect,
      direction: "outbound",
      endpoints: () => cluster.endpointOf("bootstrap"),
      greet: (connection, cx) => learn(connection, { cluster, slots, log: parts.log }, cx),
    }),
  );
  const nodes = new NodeUpstream({ upstream, cluster, advertiser, learn: () => upstream.probe() });
  const service = scope.use(
    outbound(options, { ...parts, upstream, nodes, cluster, advertiser, unknownApis }),
  );
  const bootstrapAddress = { host: toDial(options, main.address.host), port: main.address.port };
  const checking = Context.background().fork();
  scope.defer(() => checking.cancel());
  // Once there is somebody to ask. It does not hold up those who come meanwhile.
  void nodes
    .learn()
    .then(() => selfCheck(options, { bootstrap: bootstrapAddress, cluster, log: parts.log }, checking));
  return { upstream, service, listeners: [main, ...nodeListeners] };
}

/** A host under which the listener is reached from here, as clients would have it. */
function toDial({ cluster, listen }: Parameters<typeof openCluster>[0], bound: string): string {
  const everywhere = ["", "0.0.0.0", "::"].includes(listen.host);
  return cluster.advertisedHost ?? (everywhere ? "localhost" : bound);
}

interface RememberParts extends LearnParts {
  readonly scope: Scope;
}

async function remember(
  path: string | undefined,
  { cluster, slots, scope, log }: RememberParts,
): Promise<void> {
  if (path === undefined) return;
  const onError = (error: Error): void => log.error({ err: error }, "brokers cannot be remembered");
  const file = scope.use(await stateFile({ path, cluster, ...(slots && { slots }), onError }));
  const nodeIds = [...cluster.nodes.keys()];
  if (file.found === "restored") log.info({ path, nodeIds }, "brokers remembered");
  if (file.found === "other_cluster")
    log.warn({ path }, "the state file is of another cluster, and was begun anew");
}

interface LearnParts {
  readonly cluster: Cluster;
  readonly slots: Slots | undefined;
  readonly log: Logger;
}

/** Brokers get their addresses before the first client asks, in the order of their node ids. */
async function learn(
  connection: Connection,
  { cluster, slots, log }: LearnParts,
  cx: Context,
): Promise<void> {
  try {
    const nodeIds = await learnBrokers(connection, { cluster }, cx);
    for (const nodeId of nodeIds.toSorted((a, b) => a - b)) slots?.slotOf(nodeId);
    log.info({ nodeIds }, "brokers learnt");
  } catch (error) {
    // Such as: it wants to be logged in to. Clients do that, and their answers tell as well.
    if (!cx.cancelled) log.info({ reason: messageOf(error) }, "brokers are learnt from the first client");
  }
}
