import { logLevels } from "../log.ts";
import { addressModes, protocols } from "../options.ts";
import { networkFault } from "../text/network.ts";
import { UsageError } from "./exit.ts";
import { FlagReader } from "./flag-reader.ts";
import { readFlags } from "./flags.ts";
import type { Flags } from "./flags.ts";

const flags = {
  config: {
    short: "c",
    value: "FILE",
    help: "YAML or TypeScript; flags overlay it",
    fallback: "pagoda.yaml, where no target is given",
    completes: "file",
  },
  "dry-run": { help: "say whether it would start, and end" },
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
    fallback: "ports",
  },
  slots: {
    value: "N",
    help: "ports, or loopback addresses, kept for brokers; ports follow the listener's",
    fallback: "16",
  },
  "node-names": { value: "NAME", help: "names: a broker's name, as broker-{node}.kafka.example.com" },
  "advertised-host": { value: "HOST", help: "what clients are told", fallback: "the listener's" },
  "state-file": { value: "FILE", help: "remembers the brokers over a restart", fallback: "none" },
  "unknown-apis": {
    value: "pass|deny",
    help: "requests newer than this proxy",
    fallback: "pass",
  },
  name: { value: "NAME", help: "the listener's label in metrics and logs", fallback: "main" },
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
  "max-connections": { value: "N", help: "open at once", fallback: "10000" },
  "detect-timeout": { value: "DURATION", help: "for the first bytes, then opaque", fallback: "1s" },
  "connect-timeout": { value: "DURATION", help: "to open an upstream connection", fallback: "10s" },
  "idle-timeout": { value: "DURATION", help: "without a byte either way", fallback: "10m" },
  "drain-timeout": {
    value: "DURATION",
    help: "from SIGTERM until busy connections are reset",
    fallback: "25s",
  },
  workers: { value: "N|auto", help: "processes that serve", fallback: "1" },
  "log-level": { value: logLevels.join("|"), help: "JSON lines on standard output", fallback: "info" },
  help: { short: "h", help: "print this" },
} as const satisfies Flags;

/** The flags of `pagoda run`, in the order that help lists them. */
export const runFlags: Flags = flags;

/** A part of a configuration in the shape of its file, as flags give it. */
export type FlagTree = Readonly<Record<string, unknown>>;

/** What a command line of `pagoda run` says. */
export interface RunArguments {
  /** What the flags say, to be laid over a file. */
  readonly tree: FlagTree;
  /** The file that was named. */
  readonly file: string | undefined;
  /** Whether the flags say before what to stand: no file is looked for then. */
  readonly hasTarget: boolean;
  readonly dryRun: boolean;
}

/** @throws UsageError naming every flag that is missing or has a value it cannot have. */
export function readRunFlags(args: readonly string[]): RunArguments {
  const faults: string[] = [];
  const read = new FlagReader(readFlags("run", flags, args), faults);
  const file = read.text("config");
  const target = readTarget(read, faults, file);
  const workers = readWorkers(read, faults);
  const listener = readListener(read, faults, target);
  const tree = defined({
    ...(target.cluster && { clusters: { [clusterName]: target.cluster } }),
    listeners: listener && [listener],
    admin:
      read.text("admin") === "off" ? "off" : defined({ bind: read.endpoint("admin") && read.text("admin") }),
    drainTimeout: read.duration("drain-timeout") && read.text("drain-timeout"),
    workers,
    log: defined({ level: read.oneOf("log-level", logLevels) }),
  });
  if (faults.length > 0) throw new UsageError(`${faults.join("; ")} (see: pagoda run --help)`);
  return {
    tree: tree ?? {},
    file,
    hasTarget: target.kind !== "none",
    dryRun: read.text("dry-run") !== undefined,
  };
}

type Reader = FlagReader<typeof flags>;

/** What the cluster of `--bootstrap` is called. */
const clusterName = "default";

interface TargetFlags {
  readonly kind: "cluster" | "service" | "none";
  readonly cluster?: FlagTree;
  readonly listener: FlagTree;
}

const clusterFlags = [
  "addresses",
  "slots",
  "node-names",
  "advertised-host",
  "state-file",
  "unknown-apis",
] as const;

/** One service, or a cluster: one of the two flags, and the second's belong to it. */
function readTarget(read: Reader, faults: string[], file: string | undefined): TargetFlags {
  const bootstrap = read.endpoints("bootstrap") && read.text("bootstrap");
  const upstream = read.endpoint("upstream") && read.text("upstream");
  const given = [read.text("upstream"), read.text("bootstrap")].filter((text) => text !== undefined);
  if (given.length === 2) faults.push("--bootstrap and --upstream exclude each other");
  if (read.text("upstream") !== undefined) {
    const strays = clusterFlags.filter((name) => read.text(name) !== undefined);
    if (strays.length > 0)
      faults.push(`--${strays.join(", --")} need${strays.length === 1 ? "s" : ""} --bootstrap`);
    if (read.text("listen") === undefined && file === undefined) faults.push("--listen HOST:PORT is missing");
  }
  const tls = readUpstreamTls(read);
  const connectTimeout = read.duration("connect-timeout") && read.text("connect-timeout");
  if (bootstrap !== undefined)
    return {
      kind: "cluster",
      cluster: defined({ bootstrap, tls, connectTimeout }) ?? {},
      listener: { cluster: clusterName, ...readAdvertise(read, faults) },
    };
  if (upstream !== undefined)
    return { kind: "service", listener: defined({ upstream, upstreamTls: tls, connectTimeout }) ?? {} };
  return { kind: "none", listener: readAdvertise(read, faults) };
}

function readUpstreamTls(read: Reader): FlagTree | true | undefined {
  const pair = read.files("upstream-cert", "upstream-key");
  const tls = defined({
    ca: read.text("upstream-ca"),
    serverName: read.text("upstream-server-name"),
    cert: pair?.certFile,
    key: pair?.keyFile,
  });
  return tls ?? (read.text("upstream-tls") === undefined ? undefined : true);
}

function readAdvertise(read: Reader, faults: string[]): FlagTree {
  const mode = read.oneOf("addresses", addressModes);
  const [host, nodeNames] = [read.text("advertised-host"), read.text("node-names")];
  if (mode === "names" && (nodeNames === undefined || host === undefined))
    faults.push("--addresses names needs --advertised-host HOST and --node-names with {node} in it");
  if (mode === "names" && read.text("tls-cert") === undefined)
    faults.push("--addresses names needs --tls-cert and --tls-key: names are told apart by SNI");
  if (mode !== "names" && nodeNames !== undefined) faults.push("--node-names needs --addresses names");
  const advertise = defined({
    mode,
    host,
    nodeNames,
    slots: read.count("slots"),
    stateFile: read.text("state-file"),
  });
  return defined({ advertise, unknownApis: read.oneOf("unknown-apis", ["pass", "deny"]) }) ?? {};
}

function readListener(read: Reader, faults: string[], target: TargetFlags): FlagTree | undefined {
  const pair = read.files("tls-cert", "tls-key");
  const clientCa = read.text("tls-client-ca");
  if (clientCa !== undefined && pair === undefined)
    faults.push("--tls-client-ca needs --tls-cert and --tls-key");
  const sendProxyHeader = read.oneOf("send-proxy-header", ["1", "2"]);
  const timeout = (name: "detect-timeout" | "idle-timeout"): string | undefined =>
    read.duration(name) === undefined ? undefined : read.text(name);
  return defined({
    ...target.listener,
    name: read.text("name"),
    bind: read.endpoint("listen") && read.text("listen"),
    protocol: read.oneOf("protocol", protocols),
    tls: pair && defined({ cert: pair.certFile, key: pair.keyFile, clientCa }),
    acceptProxyHeader: readProxyHeader(read, faults),
    sendProxyHeader: sendProxyHeader && Number(sendProxyHeader),
    limits: defined({ connections: read.count("max-connections") }),
    timeouts: defined({ detect: timeout("detect-timeout"), idle: timeout("idle-timeout") }),
  });
}

function readWorkers(read: Reader, faults: string[]): number | "auto" | undefined {
  const text = read.text("workers");
  if (text === undefined || text === "auto") return text;
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  faults.push(`--workers must be auto or a whole number from 1 to 999, got "${text}"`);
  return undefined;
}

/** The header is believed from named balancers only: both flags or neither. */
function readProxyHeader(read: Reader, faults: string[]): FlagTree | undefined {
  const mode = read.oneOf("accept-proxy-header", ["optional", "required"]);
  const trusted = read.text("trusted-proxies")?.split(",") ?? [];
  const bad = trusted.filter((each) => networkFault(each) !== undefined);
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

/** The entries that have a value; undefined where none has. */
function defined(tree: FlagTree): FlagTree | undefined {
  const entries = Object.entries(tree).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
