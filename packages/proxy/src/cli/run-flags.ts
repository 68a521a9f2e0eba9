import { isIP } from "node:net";

import { logLevels } from "../log.ts";
import type { LogLevel } from "../log.ts";
import { addressModes, clusterDefaults, defaultListen, defaults, protocols } from "../options.ts";
import type { AcceptProxyHeader, ClusterOptions, ProxyOptions, Target } from "../options.ts";
import { UsageError } from "./exit.ts";
import { FlagReader } from "./flag-reader.ts";
import { readFlags } from "./flags.ts";
import type { Flags } from "./flags.ts";

const flags = {
  listen: {
    value: "HOST:PORT",
    help: "where clients connect; port 0 takes a free one",
    fallback: "127.0.0.1:19092 before a cluster",
  },
  bootstrap: {
    value: "HOST:PORT,...",
    help: "a whole Kafka cluster; clients reach every broker through here",
  },
  upstream: { value: "HOST:PORT", help: "one service instead, a broker or any other" },
  protocol: {
    value: protocols.join("|"),
    help: "what clients speak",
    fallback: "kafka before a cluster, else detect",
  },
  addresses: {
    value: addressModes.join("|"),
    help: "how clients tell the brokers of the cluster apart",
    fallback: clusterDefaults.addresses,
  },
  slots: {
    value: "N",
    help: "ports, or loopback addresses, kept for brokers; ports follow the listener's",
    fallback: String(clusterDefaults.slots),
  },
  "node-names": { value: "NAME", help: "names: a broker's name, as broker-{node}.kafka.example.com" },
  "advertised-host": { value: "HOST", help: "what clients are told", fallback: "the listener's" },
  "state-file": { value: "FILE", help: "remembers the brokers over a restart", fallback: "none" },
  "unknown-apis": {
    value: "pass|deny",
    help: "requests newer than this proxy",
    fallback: clusterDefaults.unknownApis,
  },
  name: { value: "NAME", help: "the listener's label in metrics and logs", fallback: defaults.name },
  admin: { value: "HOST:PORT|off", help: "/metrics, /live, /ready", fallback: "127.0.0.1:9190" },
  "tls-cert": { value: "FILE", help: "terminate TLS with this certificate (PEM, chain included)" },
  "tls-key": { value: "FILE", help: "its private key (PEM)" },
  "tls-client-ca": { value: "FILE", help: "let in only clients that these authorities vouch for" },
  "upstream-tls": { help: "speak TLS to the upstream" },
  "upstream-ca": { value: "FILE", help: "authorities to trust there (PEM)", fallback: "Node's" },
  "upstream-server-name": { value: "NAME", help: "name its certificate must carry", fallback: "its host" },
  "upstream-cert": { value: "FILE", help: "the proxy's own certificate there (PEM)" },
  "upstream-key": { value: "FILE", help: "its private key (PEM)" },
  "accept-proxy-header": {
    value: "optional|required",
    help: "PROXY protocol v1/v2 from a balancer",
    fallback: "off",
  },
  "trusted-proxies": { value: "CIDR,...", help: "balancers whose headers are believed" },
  "send-proxy-header": { value: "1|2", help: "tell the upstream who the client is" },
  "max-connections": { value: "N", help: "open at once", fallback: String(defaults.maxConnections) },
  "detect-timeout": { value: "DURATION", help: "for the first bytes, then opaque", fallback: "1s" },
  "connect-timeout": { value: "DURATION", help: "to open an upstream connection", fallback: "10s" },
  "idle-timeout": { value: "DURATION", help: "without a byte either way", fallback: "10m" },
  "drain-timeout": {
    value: "DURATION",
    help: "from SIGTERM until busy connections are reset",
    fallback: "25s",
  },
  "log-level": { value: logLevels.join("|"), help: "JSON lines on standard output", fallback: "info" },
  help: { short: "h", help: "print this" },
} as const satisfies Flags;

/** The flags of `pagoda run`, in the order that help lists them. */
export const runFlags: Flags = flags;

/** What a command line of `pagoda run` says. */
export interface RunArguments {
  readonly options: ProxyOptions;
  readonly logLevel: LogLevel;
}

/** @throws UsageError naming every flag that is missing or has a value it cannot have. */
export function readRunFlags(args: readonly string[]): RunArguments {
  const faults: string[] = [];
  const read = new FlagReader(readFlags("run", flags, args), faults);

  const target = readTarget(read, faults);
  const listen = read.endpoint("listen") ?? (target?.cluster && defaultListen);
  if (listen === undefined && read.text("listen") === undefined) faults.push("--listen HOST:PORT is missing");
  const tls = read.files("tls-cert", "tls-key");
  const clientCaFile = read.text("tls-client-ca");
  if (clientCaFile !== undefined && tls === undefined)
    faults.push("--tls-client-ca needs --tls-cert and --tls-key");
  if (target?.cluster?.addresses === "names" && tls === undefined)
    faults.push("--addresses names needs --tls-cert and --tls-key: names are told apart by SNI");
  const upstreamPair = read.files("upstream-cert", "upstream-key");
  const caFile = read.text("upstream-ca");
  const serverName = read.text("upstream-server-name");
  const wantsUpstreamTls = [upstreamPair, caFile, serverName, read.text("upstream-tls")].some(
    (v) => v !== undefined,
  );
  const acceptProxyHeader = readProxyHeader(read, faults);
  const sendProxyHeader = read.oneOf("send-proxy-header", ["1", "2"]);

  const options = {
    name: read.text("name") ?? defaults.name,
    protocol: read.oneOf("protocol", protocols) ?? (target?.cluster ? "kafka" : defaults.protocol),
    admin: read.text("admin") === "off" ? undefined : (read.endpoint("admin") ?? defaults.admin),
    ...(tls && { tls: { ...tls, ...(clientCaFile !== undefined && { clientCaFile }) } }),
    ...(wantsUpstreamTls && {
      upstreamTls: {
        ...upstreamPair,
        ...(caFile !== undefined && { caFile }),
        ...(serverName !== undefined && { serverName }),
      },
    }),
    ...(acceptProxyHeader && { acceptProxyHeader }),
    ...(sendProxyHeader !== undefined && {
      sendProxyHeader: sendProxyHeader === "1" ? (1 as const) : (2 as const),
    }),
    maxConnections: read.count("max-connections") ?? defaults.maxConnections,
    detectTimeoutMs: read.duration("detect-timeout") ?? defaults.detectTimeoutMs,
    connectTimeoutMs: read.duration("connect-timeout") ?? defaults.connectTimeoutMs,
    idleTimeoutMs: read.duration("idle-timeout") ?? defaults.idleTimeoutMs,
    drainTimeoutMs: read.duration("drain-timeout") ?? defaults.drainTimeoutMs,
  };
  const logLevel = read.oneOf("log-level", logLevels) ?? "info";
  if (target === undefined || listen === undefined || faults.length > 0) {
    throw new UsageError(`${faults.join("; ")} (see: pagoda run --help)`);
  }
  return { options: { ...options, ...target, listen }, logLevel };
}

type Reader = FlagReader<typeof flags>;

const clusterFlags = [
  "addresses",
  "slots",
  "node-names",
  "advertised-host",
  "state-file",
  "unknown-apis",
] as const;

/** One service, or a cluster: one of the two flags, and the second's belong to it. */
function readTarget(read: Reader, faults: string[]): Target | undefined {
  const upstream = read.endpoint("upstream");
  const cluster = readCluster(read, faults);
  const given = [read.text("upstream"), read.text("bootstrap")].filter((text) => text !== undefined);
  if (given.length === 0) faults.push("--bootstrap HOST:PORT,... or --upstream HOST:PORT is missing");
  if (given.length === 2) faults.push("--bootstrap and --upstream exclude each other");
  if (cluster !== undefined) return { cluster };
  if (read.text("bootstrap") === undefined) {
    const strays = clusterFlags.filter((name) => read.text(name) !== undefined);
    if (strays.length > 0)
      faults.push(`--${strays.join(", --")} need${strays.length === 1 ? "s" : ""} --bootstrap`);
  }
  return upstream && { upstream };
}

function readCluster(read: Reader, faults: string[]): ClusterOptions | undefined {
  const bootstrap = read.endpoints("bootstrap");
  if (bootstrap === undefined) return undefined;
  const addresses = read.oneOf("addresses", addressModes) ?? clusterDefaults.addresses;
  const advertisedHost = read.text("advertised-host");
  const nodeNames = read.text("node-names");
  const stateFile = read.text("state-file");
  if (addresses === "names" && (nodeNames === undefined || advertisedHost === undefined)) {
    faults.push("--addresses names needs --advertised-host HOST and --node-names with {node} in it");
  }
  if (addresses !== "names" && nodeNames !== undefined) faults.push("--node-names needs --addresses names");
  return {
    bootstrap,
    addresses,
    slots: read.count("slots") ?? clusterDefaults.slots,
    unknownApis: read.oneOf("unknown-apis", ["pass", "deny"]) ?? clusterDefaults.unknownApis,
    ...(advertisedHost !== undefined && { advertisedHost }),
    ...(nodeNames !== undefined && { nodeNames }),
    ...(stateFile !== undefined && { stateFile }),
  };
}

/** The header is believed from named balancers only: both flags or neither. */
function readProxyHeader(read: Reader, faults: string[]): AcceptProxyHeader | undefined {
  const mode = read.oneOf("accept-proxy-header", ["optional", "required"]);
  const trusted = read.text("trusted-proxies")?.split(",") ?? [];
  const bad = trusted.filter((each) => !isNetwork(each));
  if (bad.length > 0) {
    faults.push(`--trusted-proxies must be IP addresses or networks like 10.0.0.0/8, got "${bad.join(",")}"`);
  }
  if (mode !== undefined && trusted.length === 0) {
    faults.push("--accept-proxy-header needs --trusted-proxies CIDR,...");
  }
  if (mode === undefined && trusted.length > 0) {
    faults.push("--trusted-proxies needs --accept-proxy-header optional|required");
  }
  return mode === undefined ? undefined : { mode, trusted };
}

function isNetwork(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const bits = isIP(address) === 4 ? 32 : 128;
  return (
    isIP(address) !== 0 &&
    rest.length === 0 &&
    (prefix === undefined || (/^\d{1,3}$/.test(prefix) && +prefix <= bits))
  );
}
