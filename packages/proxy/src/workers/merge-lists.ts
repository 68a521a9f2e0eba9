import type { ConnectionStatus } from "@pagoda/traffic/view";

import type { ClusterStatus } from "../admin/cluster-status.ts";

/** What one worker said. */
export interface FromWorker<T> {
  readonly worker: number;
  readonly value: T;
}

/** Each cluster once, as the worker knows it that has learnt most brokers. */
export function mergeClusters(
  all: readonly FromWorker<readonly ClusterStatus[]>[],
): readonly ClusterStatus[] {
  const best = new Map<string, ClusterStatus>();
  for (const cluster of all.flatMap(({ value }) => value)) {
    const key = `${cluster.listener} ${cluster.name}`;
    const before = best.get(key);
    if (before === undefined || cluster.brokers.length > before.brokers.length) best.set(key, cluster);
  }
  return [...best.values()];
}

/** All of them, each by its worker's name and its own. */
export function mergeConnections(
  all: readonly FromWorker<readonly ConnectionStatus[]>[],
): readonly ConnectionStatus[] {
  return all.flatMap(({ worker, value }) => value.map((each) => ({ ...each, id: `${worker}.${each.id}` })));
}
