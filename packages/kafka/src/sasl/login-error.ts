import { classify, messageOf, ProxyError } from "@pagoda/core";
import type { ErrorKind } from "@pagoda/core";
import type { Endpoint } from "@pagoda/tcp";
import { formatEndpoint } from "@pagoda/tcp";

/**
 * Why a login came to nothing.
 *
 * - `auth`: the broker said no, or could not show that it knows the password.
 * - `timeout`: it was not over in time.
 * - `closed`: the connection ended within it.
 * - `protocol`: what the broker said makes no sense; it may be no SASL listener.
 */
export type LoginFailure = "auth" | "timeout" | "closed" | "protocol";

/** What a login came to, in words that end the sentence "cannot log in: ...". */
export class LoginFailedError extends Error {
  readonly reason: LoginFailure;
  constructor(reason: LoginFailure, words: string, options?: ErrorOptions) {
    super(words, options);
    this.reason = reason;
  }
}

/** A broker does not let this proxy in, or what it says on the way in makes no sense. */
export class LoginError extends ProxyError {
  readonly code = "LOGIN_FAILED";
  readonly retriable = false;
  readonly kind = "unavailable";
  /** What metrics count it under, where they have a label for it. */
  readonly reason: LoginFailure;
  readonly mechanism: string;

  /**
   * @param broker undefined for a login on a connection that had one before.
   * @param cause what it failed with: its message ends the sentence, and names nothing secret.
   */
  constructor(mechanism: string, broker: Endpoint | undefined, cause: unknown) {
    const where = broker === undefined ? "again" : `to ${formatEndpoint(broker)}`;
    const hint = ProxyError.is(cause) && cause.kind === "protocol" ? " (is it a SASL listener?)" : "";
    super(`cannot log in ${where} by ${mechanism}: ${messageOf(cause)}${hint}`, { cause });
    this.reason = reasonOf(cause);
    this.mechanism = mechanism;
  }
}

const ofKind: Partial<Record<ErrorKind, LoginFailure>> = { timeout: "timeout", unavailable: "closed" };

function reasonOf(cause: unknown): LoginFailure {
  if (cause instanceof LoginFailedError) return cause.reason;
  return ofKind[classify(cause).kind] ?? "protocol";
}
