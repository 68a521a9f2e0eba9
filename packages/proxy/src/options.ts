/** What a listener takes its connections to be. */
export const protocols = ["detect", "kafka", "http", "opaque"] as const;
export type Protocol = (typeof protocols)[number];

/** TLS towards clients: the listener terminates it. */
export interface ListenerTls {
  /** PEM file: the certificate, followed by its chain. */
  readonly certFile: string;
  /** PEM file: the private key. */
  readonly keyFile: string;
  /** PEM file: authorities whose clients are let in. Without it no client certificate is asked for. */
  readonly clientCaFile?: string;
}

/** TLS towards the upstream. */
export interface UpstreamTls {
  /** PEM file: authorities to trust. @default the ones Node has */
  readonly caFile?: string;
  /** Name that the upstream's certificate must carry. @default the upstream's host */
  readonly serverName?: string;
  /** PEM files of the proxy's own certificate and key, where the upstream asks for one. */
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** PROXY protocol headers on accepted connections. */
export interface AcceptProxyHeader {
  readonly mode: "optional" | "required";
  /** IP addresses and networks of the balancers that are believed, like `10.0.0.0/8`. */
  readonly trusted: readonly string[];
}

/**
 * How each broker of the cluster gets an address of the proxy's own, which clients are told instead
 * of the broker's.
 *
 * - `ports`: a port per broker, from the one behind the listener's on (free ones where that is 0).
 * - `names`: a host name per broker, told apart by SNI: clients must speak TLS.
 * - `addresses`: a loopback address per broker (127.0.1.1, 127.0.1.2, ...), with the listener's port.
 */
export const addressModes = ["ports", "names", "addresses"] as const;
export type AddressMode = (typeof addressModes)[number];
