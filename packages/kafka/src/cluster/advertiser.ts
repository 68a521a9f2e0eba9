import type { Connection, Endpoint } from "@pagoda/tcp";

import type { NodeTarget } from "./cluster.ts";

/** What clients are told of where brokers are, and what their connections ask for. */
export interface Advertiser {
  /**
   * Where this client finds the node, a slot being given to a new one.
   * @throws NoSlotError when there is no address left for it
   */
  addressOf(nodeId: number, client: Pick<Connection, "local" | "proxyHeader">): Endpoint;
  /** Which node a connection asks for; undefined: nobody. */
  targetOf(client: Connection): NodeTarget | undefined;
}
