import { callable, layer, milliseconds } from "@pagoda/core";
import type { Context, SameLayer } from "@pagoda/core";

import type { Connection } from "../connection.ts";
import { tlsDetector } from "../detect/tls.ts";
import { peek } from "../peek.ts";
import { secureConnection } from "./secure-connection.ts";
import type { ServerTls } from "./server-tls.ts";

/**
 * How it was found out whether a client speaks TLS.
 *
 * - `match`: its first bytes are a ClientHello's.
 * - `no_match`: they are not.
 * - `timeout`: it was silent, or had not said enough.
 * - `ended`: it had nothing more to send, perhaps nothing at all.
 */
export type SniffOutcome = "match" | "no_match" | "timeout" | "ended";

/** Whether a client speaks TLS, as far as its first bytes tell. */
export interface Sniffing {
  /** Only after a `match`; TLS is then taken off. */
  readonly tls: boolean;
  readonly outcome: SniffOutcome;
  /** How long it took, waiting for the client included. */
  readonly durationMs: number;
}

export interface SniffTlsOptions<C> {
  readonly tls: ServerTls;
  /**
   * Milliseconds to wait for the six bytes that decide. Who does not send them is served as plain
   * text, `outcome: "timeout"`: so long is a server kept from speaking first.
   * @default 1000 (1 second, as `detect`)
   */
  readonly timeoutMs?: number;
  /**
   * Milliseconds for the handshake. A client that takes longer is closed with the cause
   * `idle_timeout`.
   * @default 10000
   */
  readonly handshakeTimeoutMs?: number;
  /** Told of every result, before the handshake and the services below. Must not throw. */
  readonly onSniffed?: (connection: NoInfer<C>, sniffing: Sniffing) => void;
}

/** How many bytes `tlsDetector` decides on. */
const headBytes = 6;

/**
 * TLS and plain text on one port, told apart by the first bytes: TLS is ended as `terminateTls` does,
 * plain text goes on as it came, every byte of it. `connection.tls` says which it was.
 *
 * It asks nobody for TLS: a client goes in the clear by choosing to, or by waiting, and then shows no
 * certificate either. Where TLS or a client certificate has to be there, use `terminateTls`.
 *
 * Above detection, which then sees the decrypted bytes; below what reads a PROXY header.
 */
export function sniffTls<C extends Connection, Res>(options: SniffTlsOptions<C>): SameLayer<C, Res> {
  const { tls, onSniffed } = options;
  const timeoutMs = milliseconds("timeoutMs", options.timeoutMs ?? 1_000);
  const handshakeTimeoutMs = milliseconds("handshakeTimeoutMs", options.handshakeTimeoutMs ?? 10_000);
  if (onSniffed !== undefined) callable("onSniffed", onSniffed);

  return layer("sniffTls", (inner) => async (connection: C, cx: Context) => {
    const sniffing = await sniff(connection, timeoutMs, cx);
    onSniffed?.(connection, sniffing);
    if (sniffing.tls) await secureConnection(connection, tls, handshakeTimeoutMs, cx);
    return inner.call(connection, cx);
  });
}

async function sniff({ stream }: Connection, timeoutMs: number, cx: Context): Promise<Sniffing> {
  const startedAtMs = performance.now();
  const peeked = await peek(
    stream,
    { maxBytes: headBytes, timeoutMs },
    (bytes) => {
      const verdict = bytes.length === 0 ? "more" : tlsDetector.detect(bytes);
      return verdict === "more" ? undefined : verdict;
    },
    cx,
  );
  const tls = peeked.outcome === "decided" && peeked.value === "match";
  return { tls, outcome: outcomeOf(peeked, tls), durationMs: performance.now() - startedAtMs };
}

function outcomeOf({ outcome }: Awaited<ReturnType<typeof peek>>, tls: boolean): SniffOutcome {
  if (outcome === "timeout" || outcome === "ended") return outcome;
  return tls ? "match" : "no_match";
}
