import { classify, messageOf, ProxyError } from "@pagoda/core";
import type { Context } from "@pagoda/core";
import type { Duplex } from "node:stream";
import type { Server, TLSSocket } from "node:tls";

import { ConnectionClosedError } from "../connection.ts";

/** TLS could not be agreed on with a client; of the kind `unavailable` when the client just left. */
export class TlsHandshakeError extends ProxyError {
  readonly code = "TLS_HANDSHAKE";
  readonly retriable = false;
  readonly kind: "protocol" | "timeout" | "unavailable";
  constructor(kind: TlsHandshakeError["kind"], fault: string, options?: ErrorOptions) {
    super(`TLS handshake failed: ${fault}`, options);
    this.kind = kind;
  }
}

interface Attempt {
  readonly done: (socket: TLSSocket) => void;
  readonly failed: (error: Error, socket: TLSSocket) => void;
}

const attemptOf = Symbol("attempt");

/** What a server is called with: itself, and which handshake it is about. */
interface Facade extends Server {
  readonly [attemptOf]?: Attempt;
}

const watched = new WeakSet<Server>();

/**
 * Performs the server's side of a handshake on a stream, bytes that were given back to it included.
 *
 * A `tls.Server` takes streams by its `connection` event (documented) and says by events of its own
 * how each fared, but not for which. So each stream comes in through an object that inherits from
 * the server and carries the attempt; Node uses it as the server, and it arrives as `this`.
 *
 * @throws TlsHandshakeError; the reason, when `cx` is cancelled.
 */
export async function handshake(
  server: Server,
  stream: Duplex,
  timeoutMs: number,
  cx: Context,
): Promise<TLSSocket> {
  if (stream.destroyed) throw new ConnectionClosedError("before the TLS handshake");
  watch(server);
  let timer: NodeJS.Timeout | undefined;
  try {
    return await cx.race(
      new Promise<TLSSocket>((resolve, reject) => {
        const attempt: Attempt = {
          done: resolve,
          failed: (error, socket) => reject(explain(error, socket)),
        };
        const facade = Object.create(server, { [attemptOf]: { value: attempt } }) as Facade;
        timer = setTimeout(
          () => reject(new TlsHandshakeError("timeout", `not over within ${timeoutMs} ms`)),
          timeoutMs,
        );
        // Without it a client that goes before the handshake is over would be waited for. What is made
        // of the stream takes over how it is now.
        stream.allowHalfOpen = false;
        facade.emit("connection", stream);
        stream.allowHalfOpen = true;
      }),
    );
  } finally {
    clearTimeout(timer);
  }
}

function watch(server: Server): void {
  if (watched.has(server)) return;
  watched.add(server);
  server.on("secureConnection", function secured(this: Facade, socket) {
    socket.allowHalfOpen = true;
    this[attemptOf]?.done(socket);
  });
  server.on("tlsClientError", function failed(this: Facade, error, socket) {
    this[attemptOf]?.failed(error, socket);
  });
}

const faults: ReadonlyMap<string, string> = new Map([
  ["ECONNRESET", "the client closed the connection"],
  ["ERR_SSL_HTTP_REQUEST", "the client speaks plain HTTP"],
  ["ERR_SSL_NO_SHARED_CIPHER", "the client offers no cipher that is allowed here"],
  ["ERR_SSL_NO_APPLICATION_PROTOCOL", "the client offers no protocol (ALPN) that is served here"],
  ["ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE", "the client has no certificate, and one is required"],
  ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN", "the client does not accept the certificate served"],
  ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "the client does not trust the authority of the certificate served"],
  ["ERR_SSL_UNSUPPORTED_PROTOCOL", "the client's TLS version is too old"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "the client does not speak TLS"],
]);

function explain(error: NodeJS.ErrnoException, socket: TLSSocket): TlsHandshakeError {
  // Typed as an Error; it is the code of what OpenSSL found, a string. Node then just hangs up.
  const refusal: unknown = socket.authorizationError;
  if (refusal !== null && refusal !== undefined) {
    const fault = `the client's certificate was refused (${messageOf(refusal)})`;
    return new TlsHandshakeError("protocol", fault, { cause: error });
  }
  const { kind, code } = classify(error);
  const fault = faults.get(code) ?? error.message;
  return new TlsHandshakeError(kind === "unavailable" ? kind : "protocol", fault, { cause: error });
}
