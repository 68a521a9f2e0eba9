import { formatEndpoint } from "@pagoda/tcp";
import type { ConnectionStatus } from "@pagoda/traffic/view";

import type { ClusterStatus } from "./cluster-status.ts";
import type { ListenerStatus } from "./readiness.ts";
import { jsonAnswer, textAnswer } from "./route.ts";
import type { AdminRoute } from "./route.ts";
import { drawStacks, stackStatus } from "./stack-status.ts";
import type { StackStatus } from "./stack-status.ts";

type Awaitable<T> = T | Promise<T>;

/** What the routes about the proxy itself are answered from. Where a part is left out, so is its route. */
export interface StatusParts {
  readonly listeners: () => Awaitable<readonly ListenerStatus[]>;
  /** The stack of each listener, by the listener's name, as they are now; or outlined already. */
  readonly stacks: () => Awaitable<ReadonlyMap<string, object> | readonly StackStatus[]>;
  readonly clusters?: () => Awaitable<readonly ClusterStatus[]>;
  /** Connections of clients that are open now. */
  readonly connections?: () => Awaitable<readonly ConnectionStatus[]>;
}

/** Connections that are listed at most; the answer says how many there are. */
const maxConnections = 5_000;

/** The routes about listeners, stacks, clusters and connections. */
export function statusRoutes({
  listeners,
  stacks,
  clusters,
  connections,
}: StatusParts): readonly AdminRoute[] {
  const routes: AdminRoute[] = [];
  const json = (path: string, value: () => Awaitable<object>): void => {
    routes.push({
      method: "GET",
      path,
      handler: async () => jsonAnswer(await value()),
    });
  };
  const outlined = async (): Promise<readonly StackStatus[]> => {
    const given = await stacks();
    return "get" in given ? stackStatus(given) : given;
  };

  routes.push({
    method: "GET",
    path: "/stacks",
    handler: async () => textAnswer(drawStacks(await outlined())),
  });
  json("/api/listeners", async () => ({ listeners: (await listeners()).map(shown) }));
  json("/api/stacks", outlined);
  if (clusters) json("/api/clusters", async () => ({ clusters: await clusters() }));
  if (connections) {
    json("/api/connections", async () => {
      const all = await connections();
      return { total: all.length, connections: all.slice(0, maxConnections) };
    });
  }
  return routes;
}

/** Left out: the address of a listener that has none yet. */
function shown({ address, ...listener }: ListenerStatus): object {
  return { ...listener, ...(address !== undefined && { address: formatEndpoint(address) }) };
}
