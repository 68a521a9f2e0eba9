import { classify, ProxyError, Scope } from "@pagoda/core";
import type { Duplex } from "node:stream";

import type { ProxyHeader } from "./proxy-protocol/header.ts";

/**
 * Why a connection ended: the closed set that metrics and logs use.
 *
 * - `peer_closed`: the other side closed, in order.
 * - `idle_timeout`: nothing was read or written for as long as allowed.
 * - `drain`: this process is going down.
 * - `policy`: a rule or a limit of ours said no.
 * - `protocol_error`: bytes that the protocol does not allow (a failed TLS handshake is one).
 * - `io_error`: reset, unreachable, or any other failure of the transport.
 */
export type CloseCause = "peer_closed" | "idle_timeout" | "drain" | "policy" | "protocol_error" | "io_error";

/** Every close cause, in the order that documents and metrics list them. */
export const closeCauses: readonly CloseCause[] = [
  "peer_closed",
  "idle_timeout",
  "drain",
  "policy",
  "protocol_error",
  "io_error",
];

/** The cause to close a connection with when `error` is why: the one place that maps the two. */
export function closeCauseOf(error: unknown): CloseCause {
  const { kind, code } = classify(error);
  // What OpenSSL says of the other side's bytes; there is no list of its codes.
  if (kind === "protocol" || code.startsWith("ERR_SSL_")) return "protocol_error";
  return kind === "denied" || kind === "overload" ? "policy" : "io_error";
}

/** One end of a connection. */
export interface Endpoint {
  /** IP address or name, without brackets; what an empty one means is up to who takes it. */
  readonly host: string;
  readonly port: number;
}

/** What TLS told us of a connection. */
export interface TlsFacts {
  /** `TLSv1.3` and the like. */
  readonly version: string;
  readonly cipher: string;
  /** The server name the client asked for (SNI). */
  readonly serverName: string | undefined;
  /** The protocol agreed on (ALPN). */
  readonly alpn: string | undefined;
  /** True when the other side gave a certificate that our authorities vouch for. */
  readonly authorized: boolean;
  /** Subject of the other side's certificate, as `CN=…,O=…`. */
  readonly peerSubject: string | undefined;
}

/** How a connection ended. */
export interface Closing {
  readonly cause: CloseCause;
  /** What went wrong, when something did. */
  readonly error: Error | undefined;
}

/** The connection closed while something still wanted to read or write it. */
export class ConnectionClosedError extends ProxyError {
  readonly code = "CONNECTION_CLOSED";
  readonly retriable = true;
  readonly kind = "unavailable";
  /** @param when ends the sentence "the connection closed ...". */
  constructor(when: string, options?: ErrorOptions) {
    super(`the connection closed ${when}`, options);
  }
}

export interface ConnectionOptions {
  readonly remote: Endpoint;
  readonly local: Endpoint;
  /** Which listener accepted it, or which cluster it was opened to. A label: from configuration. */
  readonly listener: string;
  /** TLS facts, where the transport is a TLS socket already. */
  readonly tls?: TlsFacts;
}

let lastId = 0;

/**
 * A byte stream with what is known of it. It keeps its identity from accept to close, while the
 * layers it passes learn more about it and may put TLS on it.
 *
 * Whoever holds it reads and writes `stream`; it ends when the transport closes, exactly once.
 */
export class Connection {
  /** Unique in this process. */
  readonly id: number;
  readonly listener: string;
  /** The bytes as they came from the network (or from memory, in a test). */
  readonly transport: Duplex;
  readonly local: Endpoint;
  /** Who is at the other end of the transport: a balancer, where there is one in between. */
  readonly peer: Endpoint;
  /** When it was opened, on the clock of `performance.now()`. */
  readonly openedAtMs: number;
  /** Released when the connection has closed. */
  readonly scope: Scope = new Scope();
  /** Resolves, and never rejects, when the transport has closed. */
  readonly closed: Promise<Closing>;

  #remote: Endpoint;
  #stream: Duplex;
  #tls: TlsFacts | undefined;
  #proxyHeader: ProxyHeader | undefined;
  #cause: CloseCause | undefined;
  #error: Error | undefined;
  #held: Promise<unknown> | undefined;
  #mostWritten = 0;

  constructor(transport: Duplex, options: ConnectionOptions) {
    lastId += 1;
    this.id = lastId;
    this.transport = transport;
    this.#stream = transport;
    this.peer = options.remote;
    this.#remote = options.remote;
    this.#tls = options.tls;
    this.local = options.local;
    this.listener = options.listener;
    this.openedAtMs = performance.now();
    transport.on("error", (error: Error) => this.#failed(error));
    this.closed = new Promise((resolve) => {
      const finish = (): void => {
        // The transport closes before the `error` of TLS on top of it is emitted.
        this.#error ??= this.#stream.errored ?? undefined;
        this.#cause ??= this.#error === undefined ? "peer_closed" : closeCauseOf(this.#error);
        resolve({ cause: this.#cause, error: this.#error });
        // A release that fails is a defect of what registered it; the connection has closed anyway.
        this.scope.close().catch(() => {});
      };
      const closed = (): void => {
        if (this.#held === undefined) finish();
        else this.#held.then(finish, finish);
      };
      if (transport.closed) closed();
      else transport.once("close", closed);
    });
  }

  /** The decrypted bytes where TLS is on, else the transport. */
  get stream(): Duplex {
    return this.#stream;
  }

  /** The client as it says it is: the PROXY header's source where one was accepted. */
  get remote(): Endpoint {
    return this.#remote;
  }

  /** The PROXY protocol header that was accepted, with its extensions. */
  get proxyHeader(): ProxyHeader | undefined {
    return this.#proxyHeader;
  }

  /** Undefined on a connection in plain text. */
  get tls(): TlsFacts | undefined {
    return this.#tls;
  }

  /** Bytes read from the network so far, TLS and headers included. Moves while it lives. */
  get bytesRead(): number {
    return count(this.transport, "bytesRead");
  }

  /**
   * Bytes written to the network so far, TLS and headers included, without those that wait for a peer
   * that does not read. Moves while it lives, and never back.
   */
  get bytesWritten(): number {
    // A socket counts what waits too, and takes it back when it is destroyed.
    const written = count(this.transport, "bytesWritten") - this.transport.writableLength;
    return (this.#mostWritten = Math.max(this.#mostWritten, written));
  }

  /** Puts TLS on the connection: `stream` is the decrypted side from now on. */
  secure(stream: Duplex, tls: TlsFacts): void {
    if (stream !== this.transport) stream.on("error", (error: Error) => this.#failed(error));
    // Closed while the handshake ended: nobody else would close the decrypted side.
    if (this.transport.destroyed) stream.destroy();
    this.#stream = stream;
    this.#tls = tls;
  }

  /** Records what a trusted balancer said in a PROXY protocol header, first who the client is. */
  cameThrough(header: ProxyHeader): void {
    this.#proxyHeader = header;
    const { command, addresses } = header;
    if (command === "local" || addresses.family === "unix" || addresses.family === "unspec") return;
    this.#remote = addresses.source;
  }

  /**
   * Ends the connection at once, dropping what was not written yet; the first cause given stays.
   * To end it in order, end `stream` and let the other side close.
   */
  close(cause: CloseCause, error?: Error): void {
    this.#cause ??= cause;
    this.#error ??= error;
    this.#stream.destroy();
    this.transport.destroy();
  }

  /**
   * Puts `closed` off until `work` has settled, should the transport close meanwhile: what fails is
   * told after its transport has closed, and can still give the cause by `close`. It must settle
   * once the transport has closed.
   */
  holdClosed(work: Promise<unknown>): void {
    const release = (): void => {
      if (this.#held === work) this.#held = undefined;
    };
    this.#held = work;
    work.then(release, release);
  }

  #failed(error: unknown): void {
    this.#error ??= error instanceof Error ? error : new Error(String(error));
  }
}

function count(transport: Duplex, property: "bytesRead" | "bytesWritten"): number {
  const value: unknown = Reflect.get(transport, property);
  return typeof value === "number" ? value : 0;
}
