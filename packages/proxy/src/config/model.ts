import type { CompatName, LabelOptions, MetricsProfile, OpenLabel } from "@pagoda/metrics";
import type { Endpoint } from "@pagoda/tcp";

import type { FrameLog, LogLevel } from "../log.ts";
import type { AcceptProxyHeader, AddressMode, ListenerTls, Protocol, UpstreamTls } from "../options.ts";
import type { RequestLayerConfig } from "./layer-config.ts";

/**
 * A whole configuration, as the proxy runs it: every value resolved, every default filled in, times
 * in milliseconds. The files, flags and variables that it comes from are read in this folder.
 */
export interface ProxyConfig {
  /** By name. */
  readonly clusters: ReadonlyMap<string, ClusterConfig>;
  /** At least one, with names of their own. */
  readonly listeners: readonly ListenerConfig[];
  /** Undefined: no admin server. */
  readonly admin: AdminConfig | undefined;
  readonly metrics: MetricsConfig;
  /** Undefined: no spans are made. */
  readonly tracing: TracingConfig | undefined;
  readonly tap: TapConfig;
  readonly logLevel: LogLevel;
  /** Whether each request and response is logged. */
  readonly logFrames: FrameLog;
  /** Processes that serve. 1: this one; more: each a child of it. */
  readonly workers: number;
  /** Milliseconds from SIGTERM until connections that are still busy are reset. */
  readonly drainTimeoutMs: number;
  readonly reload: ReloadConfig;
  /** Whether `/ready` asks for an upstream that can be reached. */
  readonly readyNeedsUpstream: boolean;
}

/** A Kafka cluster, and how this proxy gets to it. */
export interface ClusterConfig {
  readonly name: string;
  /** Brokers to begin with; the others are learnt from what they answer. At least one. */
  readonly bootstrap: readonly Endpoint[];
  readonly tls: UpstreamTls | undefined;
  /** Who the proxy itself logs in as. Undefined: clients log in to the brokers themselves. */
  readonly sasl: UpstreamSasl | undefined;
  /** Milliseconds to open a connection, TLS and SASL included. */
  readonly connectTimeoutMs: number;
}

export const saslMechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const;

/** How the proxy logs in to brokers. */
export interface UpstreamSasl {
  readonly mechanism: (typeof saslMechanisms)[number];
  readonly username: string;
  /** Secret: never logged, never printed. */
  readonly password: string;
}

/** One service, of whatever protocol. */
export interface ServiceConfig {
  readonly endpoint: Endpoint;
  readonly tls: UpstreamTls | undefined;
  readonly connectTimeoutMs: number;
}

/** Where clients connect, and what happens to them. */
export interface ListenerConfig {
  /** Label of the listener in metrics and logs. */
  readonly name: string;
  readonly bind: Endpoint;
  readonly protocol: Protocol;
  /** The name of a cluster (the `outbound` stack) or a service (`inbound`). */
  readonly target: ListenerTarget;
  /** What listeners show to TLS clients; undefined where TLS is not terminated. */
  readonly tls: (ListenerTls & { readonly mode: TlsMode }) | undefined;
  readonly acceptProxyHeader: AcceptProxyHeader | undefined;
  /** Version of the PROXY protocol header sent to the upstream; undefined for none. */
  readonly sendProxyHeader: 1 | 2 | undefined;
  readonly limits: LimitsConfig;
  readonly timeouts: TimeoutsConfig;
  /** The tiers for requests that somebody asked for, outermost first. */
  readonly layers: readonly RequestLayerConfig[];
}

export type ListenerTarget =
  | { readonly cluster: string; readonly advertise: AdvertiseConfig; readonly unknownApis: "pass" | "deny" }
  | { readonly cluster?: undefined; readonly service: ServiceConfig };

/** `optional`: clients in plain text are served on the same port, told apart by their first bytes. */
export const tlsModes = ["required", "optional"] as const;
export type TlsMode = (typeof tlsModes)[number];

/** How clients tell the brokers of a cluster apart. */
export interface AdvertiseConfig {
  readonly mode: AddressMode;
  /** Host that clients are told. @default the listener's */
  readonly host: string | undefined;
  /** For `names`: the name of a broker, `{node}` standing for its node id. */
  readonly nodeNames: string | undefined;
  /** Most brokers that can be told apart. */
  readonly slots: number;
  /** File that remembers brokers and their slots over a restart. */
  readonly stateFile: string | undefined;
}

/** Bounds of one listener, in each process that serves. Undefined: not limited. */
export interface LimitsConfig {
  /** Open at once; one more is closed when it is accepted. */
  readonly connections: number;
  /** Open at once from one address. */
  readonly connectionsPerAddress: number | undefined;
  /** Accepted per second; one more is closed when it is accepted. */
  readonly connectionsPerSecond: number | undefined;
}

/** In milliseconds. */
export interface TimeoutsConfig {
  /** To look at the first bytes before a connection is forwarded as opaque. */
  readonly detectMs: number;
  /** From accept until the broker has let a Kafka client in. 0: for ever. */
  readonly unauthenticatedMs: number;
  /** Without a byte in either direction until a connection is closed. */
  readonly idleMs: number;
  /** From accept until a connection is told to end, between two requests. 0: never. */
  readonly maxAgeMs: number;
}

export interface AdminConfig {
  readonly bind: Endpoint;
  /** Secret that a caller shows as `Authorization: Bearer ...`. Needed where it does not bind to loopback. */
  readonly token: string | undefined;
  /** Whether anything may be changed by POST. */
  readonly allowWrites: boolean;
  /** Host names that callers may ask for, beside IP addresses and localhost. */
  readonly allowedHosts: readonly string[];
}

export interface MetricsConfig {
  readonly profile: MetricsProfile;
  /** Milliseconds without an update until a series of open labels is dropped. */
  readonly retainIdleMs: number;
  /** Series in all; from there on only closed labels are served. */
  readonly maxSeries: number;
  readonly compat: readonly CompatName[];
  readonly labels: Readonly<Partial<Record<OpenLabel, LabelOptions>>>;
}

export interface TracingConfig {
  /** OTLP over HTTP: where traces are posted, with the path. Undefined: as the standard `OTEL_*` variables say. */
  readonly endpoint: string | undefined;
  readonly serviceName: string;
  /** Share of traces that nobody upstream decided about, from 0 to 1. */
  readonly ratio: number;
  /** `missing`: records without a context get one, which makes their batches anew. */
  readonly inject: "off" | "missing";
}

/** What a live tap may show of records. */
export interface TapConfig {
  /** Whether values may be shown, beside keys and headers. */
  readonly values: boolean;
  readonly redact: readonly RedactConfig[];
}

/** What is replaced in keys, header values and values, before a record leaves the process. */
export interface RedactConfig {
  /** Where `*` stands for anything. */
  readonly topic: string;
  /** A regular expression. */
  readonly match: string;
  readonly to: string;
}

export interface ReloadConfig {
  /** Whether a change of the files reloads. */
  readonly watch: boolean;
  /** Whether connections of a listener that changed are drained; else they keep the stack they began with. */
  readonly drain: boolean;
}
