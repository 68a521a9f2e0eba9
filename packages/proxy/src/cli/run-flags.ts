import { isIP } from "node:net";

import { parseEndpoint } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";
import { messageOf } from "@pagoda/core";

import { logLevels } from "../log.ts";
import type { LogLevel } from "../log.ts";
import { defaults, protocols } from "../options.ts";
import type { AcceptProxyHeader, ProxyOptions } from "../options.ts";
import { parseDurationMs } from "./duration.ts";
import { UsageError } from "./exit.ts";
import { readFlags, suggestion } from "./flags.ts";
import type { Flags, FlagValues } from "./flags.ts";

/** The flags of `pagoda run`, in the order that help lists them. */
export const runFlags = {
  listen: { value: "HOST:PORT", help: "where clients connect; port 0 takes a free one" },
  upstream: { value: "HOST:PORT", help: "where their bytes go" },
  protocol: { value: protocols.join("|"), help: "what clients speak", fallback: defaults.protocol },
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

/** What a command line of `pagoda run` says. */
export interface RunArguments {
  readonly options: ProxyOptions;
  readonly logLevel: LogLevel;
}

/** @throws UsageError naming every flag that is missing or has a value it cannot have. */
export function readRunFlags(args: readonly string[]): RunArguments {
  const values = readFlags("run", runFlags, args);
  const faults: string[] = [];
  const read = new FlagReader(values, faults);

  const listen = read.endpoint("listen");
  const upstream = read.endpoint("upstream");
  const tls = read.files("tls-cert", "tls-key");
  const clientCaFile = values["tls-client-ca"];
  if (clientCaFile !== undefined && tls === undefined)
    faults.push("--tls-client-ca needs --tls-cert and --tls-key");
  const upstreamPair = read.files("upstream-cert", "upstream-key");
  const caFile = values["upstream-ca"];
  const serverName = values["upstream-server-name"];
  const wantsUpstreamTls = [upstreamPair, caFile, serverName, values["upstream-tls"]].some(
    (v) => v !== undefined,
  );
  const acceptProxyHeader = read.proxyHeader();
  const sendProxyHeader = read.oneOf("send-proxy-header", ["1", "2"]);

  const options = {
    name: values.name ?? defaults.name,
    protocol: read.oneOf("protocol", protocols) ?? defaults.protocol,
    admin: values.admin === "off" ? undefined : (read.endpoint("admin", true) ?? defaults.admin),
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
  if (listen === undefined || upstream === undefined || faults.length > 0) {
    throw new UsageError(`${faults.join("; ")} (see: pagoda run --help)`);
  }
  return { options: { ...options, listen, upstream }, logLevel };
}

type Name = keyof typeof runFlags;

/** Reads values one by one and collects what is wrong with them. */
class FlagReader {
  readonly #values: FlagValues<typeof runFlags>;
  readonly #faults: string[];

  constructor(values: FlagValues<typeof runFlags>, faults: string[]) {
    this.#values = values;
    this.#faults = faults;
  }

  endpoint(name: Name, optional = false): Endpoint | undefined {
    const text = this.#values[name];
    if (text === undefined) {
      if (!optional) this.#faults.push(`--${name} HOST:PORT is missing`);
      return undefined;
    }
    try {
      return parseEndpoint(text);
    } catch (error) {
      this.#faults.push(`--${name}: ${messageOf(error)}`);
      return undefined;
    }
  }

  oneOf<const T extends string>(name: Name, allowed: readonly T[]): T | undefined {
    const text = this.#values[name];
    const match = allowed.find((value) => value === text);
    if (text !== undefined && match === undefined) {
      this.#faults.push(
        `--${name} must be ${allowed.join(", ")}, got "${text}"${suggestion(text, allowed, "")}`,
      );
    }
    return match;
  }

  duration(name: Name): number | undefined {
    const text = this.#values[name];
    if (text === undefined) return undefined;
    const ms = parseDurationMs(text);
    if (ms !== undefined && ms > 0 && ms <= 0x7fff_ffff) return ms;
    this.#faults.push(`--${name} must be a duration like 500ms, 10s or 5m (at most 596h), got "${text}"`);
    return undefined;
  }

  count(name: Name): number | undefined {
    const text = this.#values[name];
    if (text === undefined) return undefined;
    if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
    this.#faults.push(`--${name} must be a whole number from 1 to 9999999, got "${text}"`);
    return undefined;
  }

  /** The header is believed from named balancers only: both flags or neither. */
  proxyHeader(): AcceptProxyHeader | undefined {
    const mode = this.oneOf("accept-proxy-header", ["optional", "required"]);
    const trusted = this.#values["trusted-proxies"]?.split(",") ?? [];
    const bad = trusted.filter((each) => !isNetwork(each));
    if (bad.length > 0) {
      this.#faults.push(
        `--trusted-proxies must be IP addresses or networks like 10.0.0.0/8, got "${bad.join(",")}"`,
      );
    }
    if (mode !== undefined && trusted.length === 0) {
      this.#faults.push("--accept-proxy-header needs --trusted-proxies CIDR,...");
    }
    if (mode === undefined && trusted.length > 0) {
      this.#faults.push("--trusted-proxies needs --accept-proxy-header optional|required");
    }
    return mode === undefined ? undefined : { mode, trusted };
  }

  /** A certificate and its key: both or neither. */
  files(cert: Name, key: Name): { certFile: string; keyFile: string } | undefined {
    const [certFile, keyFile] = [this.#values[cert], this.#values[key]];
    if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
    if (certFile !== undefined) this.#faults.push(`--${cert} needs --${key} FILE beside it`);
    if (keyFile !== undefined) this.#faults.push(`--${key} needs --${cert} FILE beside it`);
    return undefined;
  }
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
