import { inspect } from "node:util";

/**
 * What kind of failure an error is: the closed set that metrics, logs and protocol answers use.
 *
 * - `cancelled`: the caller went away.
 * - `timeout`: something took longer than allowed.
 * - `overload`: refused because a bound of ours was reached.
 * - `unavailable`: the other side cannot be reached, or went away.
 * - `protocol`: bytes or answers that the protocol does not allow.
 * - `denied`: a policy said no.
 * - `invalid`: the request or its configuration is wrong; trying again will not help.
 * - `internal`: none of these: a defect until shown otherwise.
 */
export type ErrorKind =
  | "cancelled"
  | "timeout"
  | "overload"
  | "unavailable"
  | "protocol"
  | "denied"
  | "invalid"
  | "internal";

/** The root of every error that Pagoda's packages reject or throw while running. */
export abstract class ProxyError extends Error {
  readonly "~pagoda/ProxyError" = true;
  /** Stable across versions, listed in docs/errors.md. */
  abstract readonly code: string;
  /** May the same request be tried again, unchanged? */
  abstract readonly retriable: boolean;
  /** What {@link classify} answers for it. */
  abstract readonly kind: ErrorKind;

  override get name(): string {
    return this.constructor.name;
  }

  /** True for our errors even when two copies of this package are installed. */
  static is(value: unknown): value is ProxyError {
    return typeof value === "object" && value !== null && "~pagoda/ProxyError" in value;
  }
}

/** The caller cancelled, without giving an error of its own. */
export class CancelledError extends ProxyError {
  readonly code = "CANCELLED";
  readonly retriable = false;
  readonly kind = "cancelled";
  constructor(message = "the call was cancelled", options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * What the call came to, or waited in, was disposed. Nothing was sent: the same request may be
 * tried again, elsewhere.
 */
export class ClosedError extends ProxyError {
  readonly code = "CLOSED";
  readonly retriable = true;
  readonly kind = "unavailable";
  constructor(what = "the service") {
    super(`${what} was closed`);
  }
}

/** An error as metrics, logs and retry policies see it. */
export interface Classification {
  readonly kind: ErrorKind;
  /** The error's stable code: ours, or the system's (`ECONNREFUSED`), else `INTERNAL`. */
  readonly code: string;
  readonly retriable: boolean;
}

const ofSystemCode: ReadonlyMap<string, ErrorKind> = new Map([
  ["ABORT_ERR", "cancelled"],
  ["EACCES", "denied"],
  ["EADDRINUSE", "invalid"],
  ["EADDRNOTAVAIL", "invalid"],
  ["EAI_AGAIN", "unavailable"],
  ["ECONNABORTED", "unavailable"],
  ["ECONNREFUSED", "unavailable"],
  ["ECONNRESET", "unavailable"],
  ["EHOSTDOWN", "unavailable"],
  ["EHOSTUNREACH", "unavailable"],
  ["EMFILE", "overload"],
  ["ENETDOWN", "unavailable"],
  ["ENETUNREACH", "unavailable"],
  ["ENFILE", "overload"],
  ["ENOBUFS", "overload"],
  ["ENOTFOUND", "unavailable"],
  ["EPIPE", "unavailable"],
  ["EPROTO", "protocol"],
  ["ETIMEDOUT", "timeout"],
  ["ERR_STREAM_PREMATURE_CLOSE", "unavailable"],
  ["TIMEOUT_ERR", "timeout"],
]);

const retriableKinds: ReadonlySet<ErrorKind> = new Set(["timeout", "overload", "unavailable"]);

/** The one classifier: Pagoda's errors say their class, system errors have a table. */
export function classify(error: unknown): Classification {
  if (ProxyError.is(error)) {
    return { kind: error.kind, code: error.code, retriable: error.retriable };
  }
  const code = systemCode(error);
  const kind = code === undefined ? undefined : ofSystemCode.get(code);
  if (code === undefined || kind === undefined) {
    return { kind: "internal", code: code ?? "INTERNAL", retriable: false };
  }
  return { kind, code, retriable: retriableKinds.has(kind) };
}

function systemCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  // `AbortController.abort()` without a reason: a DOMException whose `code` is the number 20.
  if ("name" in error && error.name === "AbortError") return "ABORT_ERR";
  if ("code" in error && typeof error.code === "string") return error.code;
  // `AbortSignal.timeout()`: a DOMException whose `code` is the number 23.
  return "name" in error && error.name === "TimeoutError" ? "TIMEOUT_ERR" : undefined;
}

/** The message of anything thrown, for a line in a log or in another error. Never empty. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return show(error);
  if (error.message !== "") return error.message;
  // What `net.connect` fails with when it tried several addresses: the messages are in the parts.
  if (error instanceof AggregateError && error.errors.length > 0) {
    return [...new Set(error.errors.map(messageOf))].join("; ");
  }
  return systemCode(error) ?? error.name;
}

function show(thrown: unknown): string {
  if (typeof thrown === "string" && thrown !== "") return thrown;
  return inspect(thrown, { depth: 1, breakLength: Infinity });
}
