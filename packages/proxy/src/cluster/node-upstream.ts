import { ProxyError } from "@pagoda/core";
import type { Context } from "@pagoda/core";
import type { Advertiser, Cluster, NodeTarget } from "@pagoda/kafka";
import { formatEndpoint } from "@pagoda/tcp";
import type { Connection, Endpoint } from "@pagoda/tcp";

import type { Upstream } from "../upstream.ts";

/** A client came to an address that is kept for a broker, and no broker has it yet. */
export class UnassignedAddressError extends ProxyError {
  readonly code = "UNASSIGNED_ADDRESS";
  readonly retriable = true;
  readonly kind = "unavailable";
  constructor(address: Endpoint) {
    super(
      `no broker is known that stands behind ${formatEndpoint(address)}: clients begin with the bootstrap ` +
        "address, and a state file keeps what is known over a restart",
    );
  }
}

export interface NodeUpstreamOptions {
  readonly upstream: Upstream;
  readonly cluster: Cluster;
  readonly advertiser: Advertiser;
  /** Asks the cluster which brokers there are; settles, and never rejects, when that is over. */
  readonly learn: () => Promise<void>;
}

/** The brokers as a client's connection asks for them: one of them, or any. */
export class NodeUpstream {
  readonly #options: NodeUpstreamOptions;
  #learning: Promise<void> | undefined;

  constructor(options: NodeUpstreamOptions) {
    this.#options = options;
  }

  /** Opens the connection that the client's one is for. @throws ConnectError, UnassignedAddressError */
  async open(client: Connection, cx: Context): Promise<Connection> {
    const { upstream, cluster } = this.#options;
    const nodeId = await this.#targetOf(client, cx);
    if (nodeId === "bootstrap") return upstream.open(client, cx);
    const [endpoint] = cluster.endpointOf(nodeId);
    return upstream.openNode({ nodeId, endpoint: endpoint as Endpoint }, client, cx);
  }

  /** Asks the cluster for its brokers; those who come meanwhile wait for the same answer. */
  learn(): Promise<void> {
    this.#learning ??= this.#options.learn().finally(() => {
      this.#learning = undefined;
    });
    return this.#learning;
  }

  /** Clients that knew the brokers before a restart come back before anybody has told them to it. */
  async #targetOf(client: Connection, cx: Context): Promise<NodeTarget> {
    const { advertiser, cluster } = this.#options;
    const known = (target: NodeTarget | undefined): target is NodeTarget =>
      target === "bootstrap" || (target !== undefined && cluster.nodes.has(target));
    const target = advertiser.targetOf(client);
    if (known(target)) return target;
    await cx.race(this.learn());
    const later = advertiser.targetOf(client);
    if (!known(later)) throw new UnassignedAddressError(client.local);
    return later;
  }
}
