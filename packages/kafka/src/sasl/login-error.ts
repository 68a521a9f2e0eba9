import { ProxyError } from "@pagoda/core";
import type { Endpoint } from "@pagoda/tcp";
import { formatEndpoint } from "@pagoda/tcp";

/** A broker does not let this proxy in, or what it says on the way in makes no sense. */
export class LoginError extends ProxyError {
  readonly code = "LOGIN_FAILED";
  readonly retriable = false;
  readonly kind = "unavailable";
  /** What metrics count it under. */
  readonly reason = "auth";
  readonly mechanism: string;

  /** @param words ends the sentence, and names nothing secret. */
  constructor(mechanism: string, broker: Endpoint, words: string, options?: ErrorOptions) {
    super(`cannot log in to ${formatEndpoint(broker)} by ${mechanism}: ${words}`, options);
    this.mechanism = mechanism;
  }
}
