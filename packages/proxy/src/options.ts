import type { Endpoint } from "@pagoda/tcp";

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

/** Everything that a proxy of one listener and one upstream needs to know. */
export interface ProxyOptions {
  /** Label of the listener in metrics and logs. */
  readonly name: string;
  readonly listen: Endpoint;
  readonly upstream: Endpoint;
  /** `detect` looks at the first bytes; any other one is believed. */
  readonly protocol: Protocol;
  /** Where the admin server listens; undefined for none. */
  readonly admin: Endpoint | undefined;
  readonly tls?: ListenerTls;
  readonly upstreamTls?: UpstreamTls;
  /** Undefined: a header is not looked for. */
  readonly acceptProxyHeader?: AcceptProxyHeader;
  /** Version of the PROXY protocol header sent to the upstream; undefined for none. */
  readonly sendProxyHeader?: 1 | 2;
  /** Connections open at once; one more is closed when it is accepted. */
  readonly maxConnections: number;
  /** Milliseconds to look at the first bytes before a connection is forwarded as opaque. */
  readonly detectTimeoutMs: number;
  /** Milliseconds to open an upstream connection, TLS included. */
  readonly connectTimeoutMs: number;
  /** Milliseconds without a byte in either direction until a connection is closed. */
  readonly idleTimeoutMs: number;
  /** Milliseconds from SIGTERM until connections that are still busy are reset. */
  readonly drainTimeoutMs: number;
}

export const defaults = {
  name: "main",
  protocol: "detect",
  admin: { host: "127.0.0.1", port: 9190 },
  maxConnections: 10_000,
  detectTimeoutMs: 1_000,
  connectTimeoutMs: 10_000,
  idleTimeoutMs: 600_000,
  // Below the 30 s that Kubernetes gives before it kills.
  drainTimeoutMs: 25_000,
} as const satisfies Partial<ProxyOptions>;
