import type { Context } from "@pagoda/core";

import { closeCauseOf } from "../connection.ts";
import type { Connection } from "../connection.ts";
import { factsOf } from "./facts.ts";
import { handshake, TlsHandshakeError } from "./handshake.ts";
import type { ServerTls } from "./server-tls.ts";

/**
 * Performs the server's side of a handshake on a connection, which has TLS on it then. When that
 * fails the connection is closed: with `idle_timeout` for a client that took too long.
 * @throws TlsHandshakeError; the reason, when `cx` is cancelled.
 */
export async function secureConnection(
  connection: Connection,
  tls: ServerTls,
  timeoutMs: number,
  cx: Context,
): Promise<void> {
  const attempt = handshake(tls.server, connection.stream, timeoutMs, cx);
  // When it fails Node closes the transport before it says why.
  connection.holdClosed(attempt);
  try {
    const socket = await attempt;
    connection.secure(socket, factsOf(socket, serverNameOf(socket.servername)));
  } catch (error) {
    if (error instanceof TlsHandshakeError) {
      connection.close(error.kind === "timeout" ? "idle_timeout" : closeCauseOf(error), error);
    }
    throw error;
  }
}

/** `false` and null stand for a client that named none. */
function serverNameOf(name: string | false | null | undefined): string | undefined {
  return typeof name === "string" && name !== "" ? name : undefined;
}
