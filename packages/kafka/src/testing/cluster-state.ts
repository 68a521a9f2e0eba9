import { randomBytes } from "node:crypto";

import { clusterSettings } from "./options.ts";
import type { ClusterModelOptions, ClusterSettings } from "./options.ts";
import { Groups } from "./state/groups.ts";
import { Nodes } from "./state/nodes.ts";
import { Topics } from "./state/topics.ts";

/** Everything that the brokers of one cluster share: what real ones replicate. */
export interface ClusterState {
  readonly clusterId: string;
  readonly settings: ClusterSettings;
  readonly nodes: Nodes;
  readonly topics: Topics;
  readonly groups: Groups;
  /** An id that no producer has had. */
  nextProducerId(): bigint;
}

/** @throws RangeError if an option makes no sense, or a topic cannot be. */
export function clusterState(options: ClusterModelOptions): ClusterState {
  const settings = clusterSettings(options);
  const nodes = new Nodes(settings.brokers);
  let lastProducerId = 0n;
  return {
    clusterId: options.clusterId ?? randomBytes(16).toString("base64url"),
    settings,
    nodes,
    topics: new Topics(nodes, settings),
    groups: new Groups(settings),
    nextProducerId() {
      lastProducerId += 1n;
      return lastProducerId;
    },
  };
}
