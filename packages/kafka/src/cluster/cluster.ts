import { ProxyError, whole } from "@pagoda/core";
import type { Endpoint } from "@pagoda/tcp";
import { Subject } from "rxjs";
import type { Observable } from "rxjs";

import type { BrokerAddress } from "../protocol/fields/addresses.ts";

/** Which broker a connection is for: the one with that node id, or any. */
export type NodeTarget = number | "bootstrap";

/** A node was learnt for the first time, or has moved. */
export interface NodeChange {
  readonly nodeId: number;
  readonly endpoint: Endpoint;
}

/** Nobody said yet where the node is. Its address comes with the next Metadata response. */
export class UnknownNodeError extends ProxyError {
  readonly code = "UNKNOWN_NODE";
  readonly retriable = true;
  readonly kind = "unavailable";
  readonly nodeId: number;

  constructor(nodeId: number) {
    super(`node ${nodeId} of the upstream cluster is not known: no response has told its address yet`);
    this.nodeId = nodeId;
  }
}

export interface ClusterOptions {
  /** Where to ask first. At least one. */
  readonly bootstrap: readonly Endpoint[];
  /**
   * Most nodes to remember. More are not learnt: connections to them fail with UNKNOWN_NODE.
   * @default 1000
   */
  readonly maxNodes?: number;
}

/**
 * What is known of the upstream cluster. It asks nothing itself: `rewriteAddresses` feeds it with
 * what passes by, and a state file with what was known before.
 */
export class Cluster {
  readonly bootstrap: readonly Endpoint[];
  readonly #maxNodes: number;
  readonly #nodes = new Map<number, Endpoint>();
  readonly #changes = new Subject<NodeChange>();

  constructor({ bootstrap, maxNodes = 1000 }: ClusterOptions) {
    if (bootstrap.length === 0) throw new RangeError("bootstrap must have at least one endpoint");
    this.bootstrap = bootstrap;
    this.#maxNodes = whole("maxNodes", maxNodes, 1);
  }

  /**
   * The last known address of each node. A node that is missing from a later list keeps its own:
   * clients that know of it may still come, and it may be back soon.
   */
  get nodes(): ReadonlyMap<number, Endpoint> {
    return this.#nodes;
  }

  /** Nodes as they are learnt, or move. */
  get changes(): Observable<NodeChange> {
    return this.#changes;
  }

  /** Takes note of an address. What is none (node -1, no host, an impossible port) is passed over. */
  learn({ nodeId, host, port }: BrokerAddress): void {
    if (nodeId < 0 || host === "" || port < 1 || port > 65_535) return;
    const known = this.#nodes.get(nodeId);
    if (known === undefined && this.#nodes.size >= this.#maxNodes) return;
    if (known?.host === host && known.port === port) return;
    const endpoint = { host, port };
    this.#nodes.set(nodeId, endpoint);
    this.#changes.next({ nodeId, endpoint });
  }

  /**
   * Where to connect, in the order to try: of a node its address; of `bootstrap` the endpoints given,
   * and behind them the brokers learnt, any of which can tell the same.
   * @throws UnknownNodeError
   */
  endpointOf(target: NodeTarget): readonly Endpoint[] {
    if (target === "bootstrap") return this.#anyBroker();
    const endpoint = this.#nodes.get(target);
    if (endpoint === undefined) throw new UnknownNodeError(target);
    return [endpoint];
  }

  #anyBroker(): readonly Endpoint[] {
    const others = [...this.#nodes.values()].filter(
      ({ host, port }) => !this.bootstrap.some((one) => one.host === host && one.port === port),
    );
    return [...this.bootstrap, ...others];
  }
}
