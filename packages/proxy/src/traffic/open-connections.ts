import type { ExchangeWatcher } from "@pagoda/metrics";
import { formatEndpoint } from "@pagoda/tcp";
import type { WatchedConnection } from "@pagoda/traffic";
import type { ConnectionStatus } from "@pagoda/traffic/view";

interface Open {
  readonly watched: WatchedConnection;
  readonly openedAt: number;
  requests: number;
}

/** The connections of clients that are open, as many as the listeners let in. */
export class OpenConnections {
  readonly #open = new Set<Open>();

  watch(watched: WatchedConnection): ExchangeWatcher {
    const one: Open = { watched, openedAt: Date.now(), requests: 0 };
    this.#open.add(one);
    return {
      began: () => {
        one.requests += 1;
      },
      closed: () => void this.#open.delete(one),
    };
  }

  /** The oldest first. */
  list(): readonly ConnectionStatus[] {
    return Array.from(this.#open, statusOf);
  }
}

function statusOf({ watched, openedAt, requests }: Open): ConnectionStatus {
  const { connection, session, nodeId } = watched;
  const { software } = session;
  return {
    id: String(connection.id),
    listener: connection.listener,
    client: session.clientId ?? null,
    software: software === undefined ? null : `${software.name}/${software.version}`,
    principal: session.principal ?? null,
    tls: connection.tls !== undefined,
    source: formatEndpoint(connection.remote),
    node: nodeId(),
    openedAt,
    requests,
  };
}
