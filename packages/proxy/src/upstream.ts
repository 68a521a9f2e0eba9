import { Context, messageOf } from "@pagoda/core";
import type { GuardedService } from "@pagoda/core";
import type { Metrics } from "@pagoda/metrics";
import { connector, formatEndpoint, proxyHeaderFor } from "@pagoda/tcp";
import type { Connection, ConnectorOptions, Endpoint } from "@pagoda/tcp";

import type { Logger } from "./log.ts";

export interface UpstreamOptions {
  readonly endpoint: Endpoint;
  /** How to connect. Connections carry `name` as their listener, for the metrics. */
  readonly connect: ConnectorOptions & { readonly name: string };
  /** Version of the PROXY protocol header that says who the client is. @default none is sent */
  readonly sendProxyHeader?: 1 | 2 | undefined;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Milliseconds between two attempts of our own while it cannot be reached. @default 5000 (5 s) */
  readonly retryMs?: number;
}

/**
 * The upstream, as the proxy sees it: opens connections to it, measures them, and remembers whether
 * it could be reached. While it cannot, it is tried in the background, so that `/ready` turns green
 * by itself.
 */
export class Upstream implements Disposable {
  readonly #options: UpstreamOptions;
  readonly #connector: GuardedService<Endpoint, Connection>;
  readonly #probes = Context.background().fork();
  #state: "unknown" | "reachable" | "unreachable" = "unknown";
  #reason: string | undefined = "not tried yet";
  #timer: NodeJS.Timeout | undefined;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.#connector = connector(options.connect);
  }

  /** Why the upstream is not usable; undefined when the last attempt to connect succeeded. */
  get failing(): string | undefined {
    return this.#reason;
  }

  /**
   * Opens a connection for a client, and counts it.
   * @throws ConnectError, or the reason when `cx` is cancelled.
   */
  async open(client: Connection, cx: Context): Promise<Connection> {
    const { endpoint, metrics, connect, sendProxyHeader: version } = this.#options;
    const preamble = version && proxyHeaderFor(client, { version });
    const target = { ...endpoint, ...(preamble && { preamble }) };
    try {
      const connection = await metrics.upstream.connecting("bootstrap", () =>
        this.#connector.call(target, cx),
      );
      metrics.tcp.watch(connection, { direction: "inbound", peer: "dst", tls: connect.tls !== undefined });
      this.#reached();
      return connection;
    } catch (error) {
      if (!cx.cancelled) this.#missed(error);
      throw error;
    }
  }

  /** Opens a connection and closes it again, to learn whether the upstream is there. */
  async probe(): Promise<void> {
    try {
      const connection = await this.#connector.call(this.#options.endpoint, this.#probes);
      connection.close("policy");
      this.#reached();
    } catch (error) {
      this.#missed(error);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#probes.cancel();
  }

  #reached(): void {
    if (this.#state !== "reachable") {
      this.#options.log.info({ upstream: formatEndpoint(this.#options.endpoint) }, "upstream reachable");
    }
    this.#state = "reachable";
    this.#reason = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #missed(error: unknown): void {
    if (this.#probes.cancelled) return;
    if (this.#state !== "unreachable") {
      this.#options.log.warn({ err: error }, `upstream unreachable: ${messageOf(error)}`);
    }
    this.#state = "unreachable";
    this.#reason = messageOf(error);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.probe();
    }, this.#options.retryMs ?? 5_000).unref();
  }
}
