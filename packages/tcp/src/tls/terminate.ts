import { layer, milliseconds } from "@pagoda/core";
import type { Context, SameLayer } from "@pagoda/core";

import { closeCauseOf } from "../connection.ts";
import type { Connection } from "../connection.ts";
import { peek } from "../peek.ts";
import { factsOf } from "./facts.ts";
import { handshake, TlsHandshakeError } from "./handshake.ts";
import type { ServerTls } from "./server-tls.ts";

export interface TerminateTlsOptions {
  readonly tls: ServerTls;
  /**
   * Milliseconds for the handshake, and before it for the first byte where `plaintext` is allowed.
   * A client that takes longer is closed with the cause `idle_timeout`.
   * @default 10000
   */
  readonly handshakeTimeoutMs?: number;
  /**
   * What becomes of a client that does not begin with a TLS record. `allow` passes it on in plain
   * text: both on one port. One that says nothing at first counts as plain text then.
   * @default "refuse"
   */
  readonly plaintext?: "refuse" | "allow";
}

/** The type of a TLS record that carries a handshake (RFC 8446, section 5.1). */
const handshakeRecord = 0x16;

/**
 * Ends TLS on the connection: what is below reads and writes plain text, and finds what TLS told
 * in `connection.tls`.
 *
 * Above detection, which then sees the decrypted bytes; below what reads a PROXY header.
 */
export function terminateTls<C extends Connection, Res>(options: TerminateTlsOptions): SameLayer<C, Res> {
  const { tls, plaintext = "refuse" } = options;
  const timeoutMs = milliseconds("handshakeTimeoutMs", options.handshakeTimeoutMs ?? 10_000);

  return layer("terminateTls", (inner) => async (connection: C, cx: Context) => {
    if (plaintext === "refuse" || (await opensWithTls(connection, timeoutMs, cx))) {
      await secure(connection, tls, timeoutMs, cx);
    }
    return inner.call(connection, cx);
  });
}

async function opensWithTls(connection: Connection, timeoutMs: number, cx: Context): Promise<boolean> {
  const seen = await peek(
    connection.stream,
    { maxBytes: 1, timeoutMs },
    (bytes) => (bytes.length > 0 ? bytes[0] === handshakeRecord : undefined),
    cx,
  );
  return seen.outcome === "decided" && seen.value;
}

async function secure(
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
