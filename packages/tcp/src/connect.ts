import { milliseconds, notNegative, service, whole } from "@pagoda/core";
import type { Context, GuardedService } from "@pagoda/core";
import { connect as connectTcp } from "node:net";
import type { LookupFunction, Socket, TcpNetConnectOpts } from "node:net";
import { connect as connectTls } from "node:tls";

import { Connection, ConnectionClosedError } from "./connection.ts";
import type { Endpoint } from "./connection.ts";
import { connectError, ConnectError, connectTimeout } from "./connect-error.ts";
import type { ConnectPhase } from "./connect-error.ts";
import { sharedLookup } from "./shared-lookup.ts";
import { localEndpoint, remoteEndpoint } from "./socket-endpoints.ts";
import type { ClientTls } from "./tls/client-tls.ts";
import { factsOf } from "./tls/facts.ts";

/** For all connections of the process: the resolver is that of the process, too. */
const systemLookup = sharedLookup();

/** How to connect, wherever to. */
export interface ConnectorOptions {
  /**
   * Milliseconds for everything: resolving the name, every address tried, and TLS.
   * @default 10000
   */
  readonly timeoutMs?: number;
  /** Speak TLS, made once by `clientTls` and shared by all connections. @default plain text */
  readonly tls?: ClientTls;
  /** The `listener` of the connections: a label, so from configuration. @default "upstream" */
  readonly name?: string;
  /** Local address to connect from. @default the system chooses */
  readonly localAddress?: string;
  /** Send small writes at once (TCP_NODELAY). @default true */
  readonly noDelay?: boolean;
  /**
   * Milliseconds without a byte until the system asks whether the other side is still there. 0
   * turns it off.
   * @default 60000 (1 minute)
   */
  readonly keepAliveMs?: number;
  /**
   * Milliseconds that one of several addresses has before the next is tried; the last has until
   * `timeoutMs`. At least 10.
   * @default 250 (RFC 8305, section 5)
   */
  readonly attemptTimeoutMs?: number;
  /** Resolves names. @default the system's resolver, asked once for those who want a name at the same time */
  readonly lookup?: LookupFunction;
}

/** Where to connect. */
export interface ConnectTarget extends Endpoint {
  /** Bytes to send before anything else, TLS included: a PROXY protocol header. @default none */
  readonly preamble?: Uint8Array;
}

/** Where and how to connect. */
export interface ConnectOptions extends ConnectorOptions, ConnectTarget {}

/**
 * Opens a connection: tries the addresses of the host one after the other, IPv6 and IPv4 in turn
 * (happy eyeballs, as Node does it), then speaks TLS where asked to.
 *
 * An empty host is this machine. Cancelling `cx` destroys the socket and rejects with the reason;
 * once the connection is open, `cx` has no say in it any more.
 *
 * @throws ConnectError
 */
export function connect(options: ConnectOptions, cx: Context): Promise<Connection> {
  return connector(options).call(options, cx);
}

/**
 * `connect` as the ground of a stack that takes an endpoint and answers a connection:
 *
 * ```ts
 * stack<Endpoint, Connection>()
 *   .push(retry({ attempts: 3 }))
 *   .service(connector({ timeoutMs: 5_000 }));
 * ```
 */
export function connector(options: ConnectorOptions = {}): GuardedService<ConnectTarget, Connection> {
  const timeoutMs = milliseconds("timeoutMs", options.timeoutMs ?? 10_000);
  const keepAliveMs = notNegative("keepAliveMs", options.keepAliveMs ?? 60_000);
  // Node raises anything below 10 to 10.
  const attemptTimeoutMs = whole("attemptTimeoutMs", options.attemptTimeoutMs ?? 250, 10);
  const { tls, name = "upstream", localAddress, noDelay = true, lookup = systemLookup } = options;
  const tcpOptions: Omit<TcpNetConnectOpts, "port"> = {
    allowHalfOpen: true,
    noDelay,
    keepAlive: keepAliveMs > 0,
    keepAliveInitialDelay: keepAliveMs,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attemptTimeoutMs,
    ...(localAddress !== undefined && { localAddress }),
    lookup,
  };

  const open = async ({ host, port, preamble }: ConnectTarget, cx: Context): Promise<Connection> => {
    whole("port", port, 1, 65_535);
    cx.throwIfCancelled();
    const endpoint = { host, port };
    const socket = connectTcp({ ...tcpOptions, port, ...(host !== "" && { host }) });
    let phase: ConnectPhase = "tcp";
    const timer = setTimeout(() => socket.destroy(connectTimeout(endpoint, phase, timeoutMs)), timeoutMs);
    const stop = cx.onCancel((reason) => socket.destroy(reason));
    try {
      await opened(socket, "connect");
      const connection = new Connection(socket, {
        remote: remoteEndpoint(socket),
        local: localEndpoint(socket),
        listener: name,
      });
      if (preamble !== undefined) socket.write(preamble);
      if (tls !== undefined) {
        phase = "tls";
        const tlsOptions = tls.optionsFor(host === "" ? "localhost" : host);
        const secured = connectTls({ ...tlsOptions, socket });
        await opened(secured, "secureConnect");
        connection.secure(secured, factsOf(secured, tlsOptions.servername));
      }
      // Cancelled after it opened, and before anybody knows.
      cx.throwIfCancelled();
      return connection;
    } catch (error) {
      socket.destroy();
      if (cx.reason !== undefined) throw cx.reason;
      throw error instanceof ConnectError ? error : connectError(endpoint, phase, error);
    } finally {
      clearTimeout(timer);
      stop();
    }
  };
  return service(open, { name: "connector" });
}

/** Resolves at `event`; rejects with the error, or when the socket closes without one. */
function opened(socket: Socket, event: "connect" | "secureConnect"): Promise<void> {
  return new Promise((resolve, reject) => {
    // Stays: an error that comes when nobody waits any more must not end the process.
    socket.on("error", reject);
    const closed = (): void => reject(new ConnectionClosedError("before it was open"));
    socket.once("close", closed);
    socket.once(event, () => {
      socket.off("close", closed);
      socket.off("error", reject);
      resolve();
    });
  });
}
