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

/** A whole Kafka cluster behind the proxy. */
export interface ClusterOptions {
  /** Brokers to begin with; the others are learnt from what they answer. */
  readonly bootstrap: readonly Endpoint[];
  readonly addresses: AddressMode;
  /**
   * Host that clients are told.
   * @default the listener's, or the address that the client connected to where it listens on all
   */
  readonly advertisedHost?: string;
  /** For `names`: the name of a broker, `{node}` standing for its node id. */
  readonly nodeNames?: string;
  /** Most brokers that can be told apart, and the ports or addresses that are kept for them. */
  readonly slots: number;
  /** File that remembers brokers and their slots over a restart. @default they are learnt anew */
  readonly stateFile?: string;
  /** What becomes of requests that this version of the proxy does not know. */
  readonly unknownApis: "pass" | "deny";
}

/** What a proxy forwards to: one service (the `inbound` stack) or a cluster (`outbound`). */
export type Target =
  | { readonly upstream: Endpoint; readonly cluster?: undefined }
  | { readonly upstream?: undefined; readonly cluster: ClusterOptions };

/** Everything that a proxy of one listener needs to know. */
export type ProxyOptions = ListenerOptions & Target;

export interface ListenerOptions {
  /** Label of the listener in metrics and logs. */
  readonly name: string;
  readonly listen: Endpoint;
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

/** What an option is when nobody says; times in milliseconds. */
export const defaults: Omit<ListenerOptions, "listen"> = {
  name: "main",
  protocol: "detect",
  admin: { host: "127.0.0.1", port: 9190 },
  maxConnections: 10_000,
  detectTimeoutMs: 1_000,
  connectTimeoutMs: 10_000,
  idleTimeoutMs: 600_000,
  // Below the 30 s that Kubernetes gives before it kills.
  drainTimeoutMs: 25_000,
};

/** Where clients find a cluster when nobody says. */
export const defaultListen: Endpoint = { host: "127.0.0.1", port: 19_092 };

/** What of {@link ClusterOptions} nobody has to say. */
export const clusterDefaults: Omit<ClusterOptions, "bootstrap"> = {
  addresses: "ports",
  slots: 16,
  unknownApis: "pass",
};
