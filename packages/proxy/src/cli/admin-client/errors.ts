import { ProxyError } from "@pagoda/core";

/** Nobody answers at the admin server's address. */
export class AdminUnreachableError extends ProxyError {
  readonly code = "ADMIN_UNREACHABLE";
  readonly retriable = true;
  readonly kind = "unavailable";
  constructor(url: string, why: string, cause: unknown) {
    super(`no proxy at ${url} (${why}): is it running, and is --admin its admin server's address?`, {
      cause,
    });
  }
}

/** The admin server took longer than allowed. */
export class AdminTimeoutError extends ProxyError {
  readonly code = "ADMIN_TIMEOUT";
  readonly retriable = true;
  readonly kind = "timeout";
  constructor(url: string, timeoutMs: number) {
    super(`the proxy at ${url} did not answer within ${timeoutMs} ms: it is busy, or hangs (pagoda health)`);
  }
}

/** The admin server does not allow it. */
export class AdminDeniedError extends ProxyError {
  readonly code = "ADMIN_DENIED";
  readonly retriable = false;
  readonly kind = "denied";
}

/** The admin server does not know the path, or answers what this version does not understand. */
export class AdminVersionError extends ProxyError {
  readonly code = "ADMIN_VERSION";
  readonly retriable = false;
  readonly kind = "protocol";
}

/** The admin server refused or failed; the message has its words. */
export class AdminAnswerError extends ProxyError {
  readonly code = "ADMIN_ANSWER";
  readonly retriable: boolean;
  readonly kind: "invalid" | "unavailable" | "overload";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
    this.retriable = status >= 500 || status === 429;
    this.kind = status === 429 ? "overload" : status >= 500 ? "unavailable" : "invalid";
  }
}
