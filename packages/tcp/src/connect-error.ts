import { ProxyError, messageOf } from "@pagoda/core";

import type { Endpoint } from "./connection.ts";
import { formatEndpoint } from "./endpoint.ts";

/** Why a connection could not be opened: a label of metrics. `auth` is for layers that log in. */
export type ConnectReason = "refused" | "timeout" | "tls" | "auth" | "dns" | "other";

/** The codes of {@link ConnectError}. */
export type ConnectErrorCode =
  | "CONNECT_REFUSED"
  | "CONNECT_TIMEOUT"
  | "CONNECT_TLS"
  | "CONNECT_DNS"
  | "CONNECT_FAILED";

/** What was being done when it failed. */
export type ConnectPhase = "tcp" | "tls";

/** A connection could not be opened. The message says where, why and what to do. */
export class ConnectError extends ProxyError {
  readonly code: ConnectErrorCode;
  readonly retriable: boolean;
  readonly kind: "timeout" | "unavailable";
  readonly reason: ConnectReason;
  readonly endpoint: Endpoint;

  constructor(endpoint: Endpoint, { code, reason, retriable }: Fault, why: string, cause?: unknown) {
    super(`cannot connect to ${formatEndpoint(endpoint)}: ${why}`, { cause });
    this.code = code;
    this.reason = reason;
    this.retriable = retriable;
    this.kind = reason === "timeout" ? "timeout" : "unavailable";
    this.endpoint = endpoint;
  }
}

interface Fault {
  readonly code: ConnectErrorCode;
  readonly reason: ConnectReason;
  readonly retriable: boolean;
}

const refused: Fault = { code: "CONNECT_REFUSED", reason: "refused", retriable: true };
const timedOut: Fault = { code: "CONNECT_TIMEOUT", reason: "timeout", retriable: true };
const unresolved: Fault = { code: "CONNECT_DNS", reason: "dns", retriable: false };
const unresolvedNow: Fault = { code: "CONNECT_DNS", reason: "dns", retriable: true };
const tls: Fault = { code: "CONNECT_TLS", reason: "tls", retriable: false };
const failed: Fault = { code: "CONNECT_FAILED", reason: "other", retriable: false };
const failedNow: Fault = { code: "CONNECT_FAILED", reason: "other", retriable: true };

type Explanation = readonly [Fault, string];

// In the order in which one is chosen when several addresses failed for several reasons.
const tcpFaults: ReadonlyMap<string, Explanation> = new Map<string, Explanation>([
  ["ECONNREFUSED", [refused, "nothing listens there: check the address, and that the service is up"]],
  ["ECONNRESET", [failedNow, "it closed the connection at once: is it up, and does it let this machine in?"]],
  ["ETIMEDOUT", [timedOut, "no answer: check the address, routes and firewalls"]],
  ["EHOSTUNREACH", [failedNow, "the host cannot be reached: check the address and routes"]],
  ["ENETUNREACH", [failedNow, "its network cannot be reached from here: check the address and routes"]],
  ["EADDRNOTAVAIL", [failed, "the local address is not one of this machine, or it has no free port left"]],
  ["EACCES", [failed, "not permitted: a firewall rule of this machine may forbid it"]],
  ["EMFILE", [failedNow, "this process has no file descriptor left: raise its limit (ulimit -n)"]],
  ["ENOTFOUND", [unresolved, "the name does not resolve: check its spelling"]],
  ["EAI_AGAIN", [unresolvedNow, "the name could not be resolved now: is the DNS server reachable?"]],
]);

const untrusted = "no authority that is trusted here vouches for its certificate: give its CA";

const tlsFaults: ReadonlyMap<string, string> = new Map([
  ["CERT_HAS_EXPIRED", "its certificate has expired"],
  ["CERT_NOT_YET_VALID", "its certificate is not valid yet: check the clocks"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", untrusted],
  [
    "ECONNRESET",
    "it closed the connection during the handshake: does it speak TLS, and accept our certificate?",
  ],
  ["EPROTO", "it does not speak TLS there: is this its plaintext port?"],
  ["ERR_SSL_PACKET_LENGTH_TOO_LONG", "it does not speak TLS there: is this its plaintext port?"],
  ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", "it refused our certificate"],
  ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "no TLS version and cipher in common, or it wants a certificate"],
  ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "it wants a certificate of ours: give one"],
  ["ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL", "it speaks none of the protocols offered (ALPN)"],
  ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "no TLS version in common"],
  ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "it does not trust the authority of our certificate"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "it does not speak TLS there: is this its plaintext port?"],
  ["SELF_SIGNED_CERT_IN_CHAIN", untrusted],
  ["UNABLE_TO_GET_ISSUER_CERT", untrusted],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", untrusted],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", untrusted],
]);

/** Explains what the system or OpenSSL said. */
export function connectError(endpoint: Endpoint, phase: ConnectPhase, cause: unknown): ConnectError {
  const codes = codesOf(cause);
  if (phase === "tls") {
    const known = codes.map((code) => tlsFaults.get(code)).find((why) => why !== undefined);
    return new ConnectError(endpoint, tls, `TLS: ${known ?? altName(cause) ?? messageOf(cause)}`, cause);
  }
  for (const [code, [fault, why]] of tcpFaults) {
    if (codes.includes(code)) return new ConnectError(endpoint, fault, why, cause);
  }
  const why = messageOf(cause) === "" ? codes.join(", ") : messageOf(cause);
  return new ConnectError(endpoint, failed, why, cause);
}

/** `timeoutMs` passed first. */
export function connectTimeout(endpoint: Endpoint, phase: ConnectPhase, timeoutMs: number): ConnectError {
  const why =
    phase === "tcp"
      ? `no answer within ${timeoutMs} ms: check the address, routes and firewalls`
      : `the TLS handshake was not over within ${timeoutMs} ms: does it speak TLS there?`;
  return new ConnectError(endpoint, timedOut, why);
}

/** Several addresses were tried: their codes too (Node gives an AggregateError). */
function codesOf(error: unknown): string[] {
  const all: unknown[] = error instanceof AggregateError ? [error, ...error.errors] : [error];
  return all.flatMap((each) => {
    const code = typeof each === "object" && each !== null && "code" in each ? each.code : undefined;
    return typeof code === "string" ? [code] : [];
  });
}

/** The name in the certificate is another one. */
function altName(error: unknown): string | undefined {
  if (!(error instanceof Error && "code" in error && error.code === "ERR_TLS_CERT_ALTNAME_INVALID"))
    return undefined;
  const reason = "reason" in error ? String(error.reason) : error.message;
  return `its certificate is for another name: set the server name (${reason})`;
}
