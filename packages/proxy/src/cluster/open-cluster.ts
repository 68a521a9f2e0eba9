import type { Context } from "@pagoda/core";
import { messageOf } from "@pagoda/core";
import { Cluster } from "@pagoda/kafka";
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

/** A listener, and an address for each broker, before a whole cluster. @throws CertificateError, ListenError */
export async function openCluster(
  options: ListenerOptions & Extract<Target, { readonly upstream?: undefined }>,
  { listen, scope, ...parts }: GroundParts,
): Promise<Ground> {
  const { bootstrap } = options.cluster;
  const connect = await upstreamOptions(options, { ...parts, scope });
  const { main, nodes: nodeListeners, advertiser, slots } = await bindCluster(options.cluster, listen, scope);
  const cluster = new Cluster({ bootstrap });
  const upstream = scope.use(
    new Upstream({
      ...connect,
      direction: "outbound",
      endpoints: () => cluster.endpointOf("bootstrap"),
      greet: (connection, cx) => learn(connection, { cluster, slots, log: parts.log }, cx),
    }),
  );
  const nodes = new NodeUpstream({ upstream, cluster, advertiser, learnt: upstream.probe() });
  const service = scope.use(outbound(options, { ...parts, upstream, nodes, cluster, advertiser }));
  return { upstream, service, listeners: [main, ...nodeListeners] };
}

interface LearnParts {
  readonly cluster: Cluster;
  readonly slots: Slots;
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
    for (const nodeId of nodeIds.toSorted((a, b) => a - b)) slots.slotOf(nodeId);
    log.info({ nodeIds }, "brokers learnt");
  } catch (error) {
    // Such as: it wants to be logged in to. Clients do that, and their answers tell as well.
    if (!cx.cancelled) log.info({ reason: messageOf(error) }, "brokers are learnt from the first client");
  }
}
