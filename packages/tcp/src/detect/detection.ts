/**
 * How it was found out what a connection speaks.
 *
 * - `match`: a detector knew the bytes.
 * - `no_match`: every detector asked refused them.
 * - `timeout`: the client was silent, or had not said enough.
 * - `limit`: as many bytes as may be looked at did not suffice.
 * - `ended`: the client had nothing more to send, perhaps nothing at all.
 * - `unchecked`: a hint was taken at its word.
 */
export type DetectionOutcome = "match" | "no_match" | "timeout" | "limit" | "ended" | "unchecked";

/** What a connection speaks, as far as its first bytes or the configuration tell. */
export interface Detection {
  /**
   * `kafka`, `http`, `tls` or what another detector is for; `opaque` when the hint says so;
   * `unknown` when nobody knows, which is to be forwarded as `opaque` is. One of few: a label.
   */
  readonly protocol: string;
  /** Which form of it: `http/1.1`, `h2`. */
  readonly detail: string | undefined;
  /** Whether the configuration named the protocol, or only the bytes did. */
  readonly source: "hint" | "peek";
  readonly outcome: DetectionOutcome;
  /** How long it took, waiting for the client included. */
  readonly durationMs: number;
  /** How many bytes were looked at. */
  readonly bytes: number;
  /** The server name that a TLS client asks for (SNI), in lower case. */
  readonly serverName: string | undefined;
  /** The protocols that a TLS client offers (ALPN), in order; empty when it offers none. */
  readonly alpn: readonly string[];
}

/** A connection of which it is known what it speaks. */
export interface Detected {
  /** The latest word on it: a connection whose TLS was taken off may be looked at again. */
  readonly detected: Detection;
}
