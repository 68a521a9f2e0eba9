import type { Endpoint } from "../connection.ts";

/**
 * What a PROXY protocol header says, version 1 or 2 (HAProxy's `proxy-protocol.txt`).
 *
 * Version 1 is a line of at most 107 bytes, its end included:
 *
 *     "PROXY" SP ("TCP4" | "TCP6") SP source SP destination SP source-port SP destination-port CRLF
 *     "PROXY UNKNOWN" anything CRLF
 *
 * Version 2 is binary, big-endian:
 *
 *     signature:12 version:4 command:4 family:4 transport:4 length:16
 *     then `length` bytes: addresses (12 for IPv4, 36 for IPv6, 216 for UNIX) [type:8 length:16 value]
 */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /**
   * - `proxy`: the connection is made for someone else, whom `addresses` name.
   * - `local`: the sender made it for itself (a health check): the real ends are the ones that
   *   count, and there are no addresses and extensions.
   */
  readonly command: "proxy" | "local";
  /** Both ends as the sender saw them: `source` is the client. */
  readonly addresses: ProxyAddresses;
  /** What the addresses are of. Always `stream`, or `unspec` for an unknown one, in version 1. */
  readonly transport: "unspec" | "stream" | "datagram";
  /** In the order they came; none in version 1. The checksum is not among them. */
  readonly tlvs: readonly Tlv[];
}

export type ProxyAddresses =
  | { readonly family: "inet" | "inet6"; readonly source: Endpoint; readonly destination: Endpoint }
  /** Paths of UNIX sockets. */
  | { readonly family: "unix"; readonly source: string; readonly destination: string }
  | { readonly family: "unspec" };

/** One extension of version 2. Types the specification names are in {@link tlvTypes}. */
export interface Tlv {
  /** 0 to 255. */
  readonly type: number;
  /** At most 65535 bytes. */
  readonly value: Uint8Array;
}

/** Types of TLV that have a name. */
export const tlvTypes = {
  alpn: 0x01,
  /** The host name the client asked for (SNI). */
  authority: 0x02,
  crc32c: 0x03,
  /** Padding, to be ignored. */
  noop: 0x04,
  uniqueId: 0x05,
  ssl: 0x20,
  netns: 0x30,
} as const;

/** What opens a header of version 2. It is no valid beginning of any text protocol. */
export const signature: Uint8Array = Uint8Array.of(13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10);

/** What opens a header of version 1. */
export const prefix = "PROXY ";

/** The longest line of version 1, its end included. */
export const maxLineBytes = 107;

/** Bytes of version 2 before its addresses. */
export const fixedBytes = 16;

/** Bytes of one path of a UNIX socket. */
export const unixPathBytes = 108;
