import { notNegative, whole } from "@pagoda/core";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { Observable } from "rxjs";
import type { Subscriber } from "rxjs";

import { Connection } from "./connection.ts";
import type { Endpoint } from "./connection.ts";
import { Admission } from "./connection-limits.ts";
import type { ConnectionLimits } from "./connection-limits.ts";
import { ListenError } from "./listen-error.ts";
import { localEndpoint, remoteEndpoint } from "./socket-endpoints.ts";

export interface ListenOptions extends ConnectionLimits {
  /**
   * Who may come in, counted over several listeners; the limits here are not looked at then.
   * @default an admission of the listener's own, by its limits
   */
  readonly admission?: Admission;
  /** Address or name to listen on. @default "" (every address, IPv4 and IPv6) */
  readonly host?: string;
  /** 0 takes a free one: {@link Listener.address} says which. */
  readonly port: number;
  /** The `listener` of every connection: a label, so from configuration. */
  readonly name: string;
  /**
   * Connections that the system completes and holds until they are accepted. Of more, some clients
   * try again after a second, and some are reset: let it hold all that come at once after a restart.
   * Linux caps it at `net.core.somaxconn`, which is 4096 as well.
   * @default 4096
   */
  readonly backlog?: number;
  /** Send small writes at once (TCP_NODELAY). @default true */
  readonly noDelay?: boolean;
  /**
   * Milliseconds without a byte until the system asks whether the other side is still there. 0
   * turns it off.
   * @default 60000 (1 minute)
   */
  readonly keepAliveMs?: number;
  /** Told of each connection beyond a limit, already closed: something to count. */
  readonly onRefused?: (connection: Connection) => void;
  /**
   * Told when the system could not accept a connection (EMFILE: no descriptor left). Accepting
   * goes on by itself; the connections it could not take are lost.
   */
  readonly onAcceptError?: (error: Error) => void;
}

/** A port that is being listened on. */
export interface Listener extends AsyncDisposable {
  readonly name: string;
  /** Where it listens, with the port that port 0 became. */
  readonly address: Endpoint;
  /**
   * What is accepted, for one subscriber: a connection has one owner. Those that came before the
   * subscription come first. Completes when the listener closes; unsubscribing closes it.
   */
  readonly connections: Observable<Connection>;
  /** Accepted connections that have not closed. */
  readonly open: number;
  /**
   * Replaces the limits for connections that come from now on; the open ones stay.
   * @throws RangeError for a limit that makes no sense; the old ones are kept then.
   */
  limit(limits: ConnectionLimits): void;
  /**
   * Stops accepting. Connections already handed out live on; any that nobody took is closed with
   * the cause `drain`.
   */
  close(): Promise<void>;
}

/**
 * Listens: accepts connections that keep their other direction open when one ends (half-close).
 * @throws ListenError when the port cannot be had.
 */
export async function bind(options: ListenOptions): Promise<Listener> {
  const { host = "", port, name, noDelay = true } = options;
  const admission = options.admission ?? new Admission(name, options);
  const backlog = whole("backlog", options.backlog ?? 4_096, 1);
  const keepAliveMs = notNegative("keepAliveMs", options.keepAliveMs ?? 60_000);
  whole("port", port, 0, 65_535);

  const server = createServer({
    allowHalfOpen: true,
    noDelay,
    keepAlive: keepAliveMs > 0,
    keepAliveInitialDelay: keepAliveMs,
  });
  const acceptor = new Acceptor(server, { name, admission, onRefused: options.onRefused });
  try {
    server.listen({ port, backlog, ...(host !== "" && { host }) });
    await once(server, "listening");
  } catch (error) {
    throw new ListenError(name, { host, port }, error);
  }
  // From here on an error is one accept that failed (EMFILE); without a listener it would be thrown.
  server.on("error", (error) => options.onAcceptError?.(error));

  return {
    name,
    address: boundTo(server),
    connections: acceptor.connections,
    get open() {
      return admission.open;
    },
    limit: (limits) => admission.replace(limits),
    close: async () => acceptor.close(),
    [Symbol.asyncDispose]: async () => acceptor.close(),
  };
}

/**
 * Listens for as long as there is a subscriber: `bind` as one Observable, for those who need no
 * address. Errors with ListenError when the port cannot be had.
 */
export function listen(options: ListenOptions): Observable<Connection> {
  return new Observable((subscriber) => {
    bind(options).then(
      (listener) => {
        if (subscriber.closed) return listener.close();
        subscriber.add(listener.connections.subscribe(subscriber));
        return undefined;
      },
      (error: unknown) => subscriber.error(error),
    );
  });
}

interface AcceptorOptions {
  readonly name: string;
  readonly admission: Admission;
  readonly onRefused: ((connection: Connection) => void) | undefined;
}

/** Hands the sockets of a server to one subscriber, holding those that come before it. */
class Acceptor {
  readonly connections: Observable<Connection>;
  readonly #server: Server;
  readonly #options: AcceptorOptions;
  // At most `maxConnections`, since each counts as open.
  #waiting: Connection[] = [];
  #subscriber: Subscriber<Connection> | undefined;
  #closed = false;

  constructor(server: Server, options: AcceptorOptions) {
    this.#server = server;
    this.#options = options;
    server.on("connection", (socket) => this.#accept(socket));
    this.connections = new Observable((subscriber) => this.#subscribe(subscriber));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#server.close();
    for (const connection of this.#waiting.splice(0)) connection.close("drain");
    this.#subscriber?.complete();
  }

  #accept(socket: Socket): void {
    const { name, admission, onRefused } = this.#options;
    const remote = remoteEndpoint(socket);
    const connection = new Connection(socket, {
      remote,
      local: localEndpoint(socket),
      listener: name,
    });
    const refused = admission.enter(remote.host);
    if (refused !== undefined) {
      connection.close("policy", refused);
      onRefused?.(connection);
      return;
    }
    // Not `closed`: a promise is late by a turn, and the limit would refuse what it need not.
    socket.once("close", () => admission.leave(remote.host));
    if (this.#subscriber === undefined) this.#waiting.push(connection);
    else this.#subscriber.next(connection);
  }

  #subscribe(subscriber: Subscriber<Connection>): () => void {
    if (this.#subscriber !== undefined) {
      subscriber.error(
        new TypeError("a listener's connections have one subscriber, and there is one already"),
      );
      return () => {};
    }
    this.#subscriber = subscriber;
    // A subscriber may leave in the middle; `close` then ends the ones it did not take.
    while (!subscriber.closed) {
      const connection = this.#waiting.shift();
      if (connection === undefined) break;
      if (!connection.transport.destroyed) subscriber.next(connection);
    }
    if (this.#closed) subscriber.complete();
    return () => this.close();
  }
}

function boundTo(server: Server): Endpoint {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server without an address");
  return { host: address.address, port: address.port };
}
