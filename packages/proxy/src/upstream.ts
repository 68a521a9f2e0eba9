import { Context, messageOf } from "@pagoda/core";
import type { GuardedService } from "@pagoda/core";
import type { BrokerSession } from "@pagoda/kafka";
import type { Direction, Metrics } from "@pagoda/metrics";
import { connector, formatEndpoint, proxyHeaderFor } from "@pagoda/tcp";
import type { Connection, ConnectorOptions, ConnectTarget, Endpoint } from "@pagoda/tcp";

import type { Logger } from "./log.ts";

export interface UpstreamOptions {
  /** Where to connect; any of them will do. At least one, asked for each time. */
  readonly endpoints: () => readonly Endpoint[];
  /**
   * How to connect, with `timeoutMs` for the login, too, where somebody logs in. Connections carry
   * `name` as their listener, for the metrics.
   */
  readonly connect: ConnectorOptions & { readonly name: string; readonly timeoutMs: number };
  /** Whether the proxy stands beside the upstream or beside its clients, for the metrics. */
  readonly direction: Direction;
  /** Version of the PROXY protocol header that says who the client is. @default none is sent */
  readonly sendProxyHeader?: 1 | 2 | undefined;
  /**
   * Logs in on a connection that was just opened, before the deadline of the context. Its failure is one to connect: the connection is
   * closed, and `/ready` says why.
   * @default nobody logs in
   */
  readonly login?: ((connection: Connection, cx: Context) => Promise<BrokerSession>) | undefined;
  readonly metrics: Metrics;
  readonly log: Logger;
  /**
   * What to do with a connection of the proxy's own before it is closed again, to learn more than
   * that the upstream is there. Its failure is not the upstream's.
   */
  readonly greet?: (connection: Connection, cx: Context) => Promise<void>;
  /** Milliseconds between two attempts of our own while it cannot be reached. @default 5000 (5 s) */
  readonly retryMs?: number;
}

/** One broker of an upstream that has several. */
export interface UpstreamNode {
  readonly nodeId: number;
  readonly endpoint: Endpoint;
}

/**
 * The upstream, as the proxy sees it: opens connections to it, measures them, and remembers whether
 * it could be reached. While it cannot, it is tried in the background, so that `/ready` turns green
 * by itself.
 */
export class Upstream implements Disposable {
  readonly #options: UpstreamOptions;
  readonly #connector: GuardedService<ConnectTarget, Connection>;
  readonly #probes = Context.background().fork();
  readonly #sessions = new WeakMap<Connection, BrokerSession>();
  #next = 0;
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
   * Opens a connection for a client, to whichever endpoint can be reached first, and counts it.
   * @throws ConnectError, or the reason when `cx` is cancelled.
   */
  async open(client: Connection, cx: Context): Promise<Connection> {
    try {
      const connection = await this.#firstOf((endpoint) => this.#connect("bootstrap", endpoint, client, cx));
      this.#reached();
      return connection;
    } catch (error) {
      if (!cx.cancelled) this.#missed(error);
      throw error;
    }
  }

  /**
   * Opens a connection to one node for a client, and counts it. That it cannot be reached says
   * nothing of the other nodes.
   * @throws ConnectError, or the reason when `cx` is cancelled.
   */
  async openNode({ nodeId, endpoint }: UpstreamNode, client: Connection, cx: Context): Promise<Connection> {
    const connection = await this.#connect(String(nodeId), endpoint, client, cx);
    this.#reached();
    return connection;
  }

  /** What a broker said of the login on one of these connections; undefined where nobody logs in. */
  sessionOf(connection: Connection): BrokerSession | undefined {
    return this.#sessions.get(connection);
  }

  /** Opens a connection and closes it again, to learn whether the upstream is there. */
  async probe(): Promise<void> {
    const { greet } = this.#options;
    try {
      const connection = await this.#firstOf((endpoint) => this.#openedTo(endpoint, this.#probes));
      this.#reached();
      await greet?.(connection, this.#probes);
      connection.close("policy");
    } catch (error) {
      this.#missed(error);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#probes.cancel();
  }

  async #connect(nodeId: string, endpoint: Endpoint, client: Connection, cx: Context): Promise<Connection> {
    const { metrics, connect, direction, sendProxyHeader: version } = this.#options;
    const preamble = version && proxyHeaderFor(client, { version });
    const target = { ...endpoint, ...(preamble && { preamble }) };
    const connection = await metrics.upstream.connecting(nodeId, () => this.#openedTo(target, cx));
    metrics.tcp.watch(connection, { direction, peer: "dst", tls: connect.tls !== undefined });
    return connection;
  }

  /** A connection that is logged in, where somebody logs in. */
  async #openedTo(target: ConnectTarget, cx: Context): Promise<Connection> {
    const { login, connect } = this.#options;
    if (login === undefined) return this.#connector.call(target, cx);
    const attempt = cx.fork({ deadlineMs: performance.now() + connect.timeoutMs });
    let connection: Connection | undefined;
    try {
      connection = await this.#connector.call(target, attempt);
      this.#sessions.set(connection, await login(connection, attempt));
      return connection;
    } catch (error) {
      connection?.close("policy");
      throw error;
    } finally {
      attempt.release();
    }
  }

  /** Tries one endpoint after the other, beginning with another one each time. */
  async #firstOf(connect: (endpoint: Endpoint) => Promise<Connection>): Promise<Connection> {
    const endpoints = this.#options.endpoints();
    const first = this.#next % endpoints.length;
    this.#next = (first + 1) % endpoints.length;
    let failure: unknown;
    for (let tried = 0; tried < endpoints.length; tried++) {
      const endpoint = endpoints[(first + tried) % endpoints.length] as Endpoint;
      try {
        // oxlint-disable-next-line no-await-in-loop -- the next one only if this one fails
        return await connect(endpoint);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  #reached(): void {
    if (this.#state !== "reachable") {
      const upstream = this.#options.endpoints().map(formatEndpoint).join(",");
      this.#options.log.info({ upstream }, "upstream reachable");
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
