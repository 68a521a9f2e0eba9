/**
 * What the first bytes of a connection say of one protocol.
 *
 * - `match`: these bytes are that protocol.
 * - `no`: they are not, whatever follows.
 * - `more`: nothing speaks against it, and not enough for it.
 */
export type Verdict = "match" | "no" | "more";

/** What the first bytes tell beyond the protocol's name. */
export interface Facts {
  /** Which of the protocol's forms: `http/1.1`, `h2`. */
  readonly detail?: string;
  /** The server name that a TLS client asks for (SNI), in lower case. */
  readonly serverName?: string;
  /** The protocols that a TLS client offers (ALPN), the one it prefers first. */
  readonly alpn?: readonly string[];
}

/**
 * Recognises one protocol by the first bytes that its client sends. Two detectors used together
 * must not both match the same bytes.
 */
export interface Detector {
  /** What {@link Detection.protocol} says on a match. A label: one of few, never from the bytes. */
  readonly protocol: string;

  /**
   * Judges the bytes from the beginning of the connection. A pure function: it never throws, never
   * answers `more` without bound, and a `match` or `no` stays when more bytes come.
   */
  readonly detect: (bytes: Uint8Array) => Verdict;

  /**
   * What else the bytes tell, asked after a `match`; `undefined` while the facts need more bytes.
   * Pure, and never throws.
   */
  readonly facts?: (bytes: Uint8Array) => Facts | undefined;
}

/** The unsigned big-endian integer at `at`. Bytes that are missing count as 0. */
export function uint(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let i = at; i < at + width; i++) value = value * 256 + (bytes[i] ?? 0);
  return value;
}

/**
 * Judges an unsigned big-endian integer of which only the first bytes may be there: `more` while
 * the missing ones can still bring it between `least` and `most`.
 */
export function uintBetween(
  bytes: Uint8Array,
  at: number,
  width: number,
  least: number,
  most: number,
): Verdict {
  const missing = Math.min(width, Math.max(0, at + width - bytes.length));
  const low = uint(bytes, at, width);
  const high = low + (256 ** missing - 1);
  if (low > most || high < least) return "no";
  return missing === 0 ? "match" : "more";
}

/** Judges whether the bytes at `at` are `text`, which must be ASCII. */
export function literal(bytes: Uint8Array, at: number, text: string): Verdict {
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return "more";
    if (byte !== text.charCodeAt(i)) return "no";
  }
  return "match";
}
