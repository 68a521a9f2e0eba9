import { messageOf } from "@pagoda/core";
import type { Context, Scope } from "@pagoda/core";
import { Cluster, stateFile, TopicIds } from "@pagoda/kafka";
import type { Slots } from "@pagoda/kafka";
import type { Connection, Endpoint } from "@pagoda/tcp";

import type { ClusterFacts } from "../admin/cluster-status.ts";
import type { Logger } from "../log.ts";
import { learnBrokers } from "./learn-brokers.ts";

export interface KnownBrokersOptions {
  readonly bootstrap: readonly Endpoint[];
  readonly stateFile: string | undefined;
  /** Undefined where brokers have names. */
  readonly slots: Slots | undefined;
  readonly log: Logger;
}

/** What is known of a cluster behind one listener, and remembered over a restart. */
export interface KnownBrokers {
  readonly cluster: Cluster;
  readonly topicIds: TopicIds;
  /** What the broker that was asked last said beside addresses. */
  facts(): ClusterFacts;
  /** Asks a broker for all of them; it settles, and says in the log what came of it. */
  learn(connection: Connection, cx: Context): Promise<void>;
}

/** @throws StateFileError */
export async function knownBrokers(
  { bootstrap, stateFile: path, slots, log }: KnownBrokersOptions,
  scope: Scope,
): Promise<KnownBrokers> {
  const cluster = new Cluster({ bootstrap });
  if (path !== undefined) {
    const onError = (error: Error): void => log.error({ err: error }, "brokers cannot be remembered");
    const file = scope.use(await stateFile({ path, cluster, ...(slots && { slots }), onError }));
    const nodeIds = [...cluster.nodes.keys()];
    if (file.found === "restored") log.info({ path, nodeIds }, "brokers remembered");
    if (file.found === "other_cluster")
      log.warn({ path }, "the state file is of another cluster, and was begun anew");
  }
  let facts: ClusterFacts = {};
  return {
    cluster,
    topicIds: new TopicIds(),
    facts: () => facts,
    learn: async (connection, cx) => {
      try {
        const { nodeIds, ...said } = await learnBrokers(connection, { cluster }, cx);
        facts = said;
        // Brokers get their addresses before the first client asks, in the order of their node ids.
        for (const nodeId of nodeIds.toSorted((a, b) => a - b)) slots?.slotOf(nodeId);
        log.info({ nodeIds }, "brokers learnt");
      } catch (error) {
        // Such as: it wants to be logged in to. Clients do that, and their answers tell as well.
        if (!cx.cancelled) log.info({ reason: messageOf(error) }, "brokers are learnt from the first client");
      }
    },
  };
}
