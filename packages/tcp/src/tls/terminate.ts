import { layer, milliseconds } from "@pagoda/core";
import type { Context, SameLayer } from "@pagoda/core";

import type { Connection } from "../connection.ts";
import { secureConnection } from "./secure-connection.ts";
import type { ServerTls } from "./server-tls.ts";

export interface TerminateTlsOptions {
  readonly tls: ServerTls;
  /**
   * Milliseconds for the handshake. A client that takes longer is closed with the cause
   * `idle_timeout`.
   * @default 10000
   */
  readonly handshakeTimeoutMs?: number;
}

/**
 * Ends TLS on the connection: what is below reads and writes plain text, and finds what TLS told
 * in `connection.tls`. A client that speaks plain text is refused; `sniffTls` lets both in.
 *
 * Above detection, which then sees the decrypted bytes; below what reads a PROXY header.
 */
export function terminateTls<C extends Connection, Res>(options: TerminateTlsOptions): SameLayer<C, Res> {
  const { tls } = options;
  const timeoutMs = milliseconds("handshakeTimeoutMs", options.handshakeTimeoutMs ?? 10_000);

  return layer("terminateTls", (inner) => async (connection: C, cx: Context) => {
    await secureConnection(connection, tls, timeoutMs, cx);
    return inner.call(connection, cx);
  });
}
