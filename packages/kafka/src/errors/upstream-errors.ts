import { messageOf, ProxyError } from "@pagoda/core";

/** The connection to the broker ended, with requests under way or before they were sent. */
export class UpstreamClosedError extends ProxyError {
  readonly code = "UPSTREAM_CLOSED";
  readonly retriable = true;
  readonly kind = "unavailable";
  /** The broker, as `host:port`. */
  readonly upstream: string;
  /** Requests that got no answer. They may have been carried out all the same. */
  readonly unanswered: number;

  constructor(upstream: string, unanswered: number, cause?: Error) {
    const why = cause === undefined ? "" : `: ${messageOf(cause)}`;
    super(
      `upstream ${upstream} closed the connection, ${unanswered} requests unanswered${why}`,
      cause && { cause },
    );
    this.upstream = upstream;
    this.unanswered = unanswered;
  }
}

/** A broker's answer does not belong to the request whose turn it is. */
export class CorrelationError extends ProxyError {
  readonly code = "CORRELATION_MISMATCH";
  readonly retriable = false;
  readonly kind = "protocol";
  readonly upstream: string;
  /** The correlation id whose turn it was; null if no answer was due. */
  readonly expected: number | null;
  readonly received: number;

  constructor(upstream: string, expected: number | null, received: number) {
    const due = expected === null ? "no request waits for one" : `it is the turn of ${expected}`;
    super(`upstream ${upstream} sent a response with correlation id ${received}, and ${due}`);
    this.upstream = upstream;
    this.expected = expected;
    this.received = received;
  }
}

/**
 * A big request that was handed on as it came broke off: its client has gone, or was too slow. The
 * broker has a part of it, so that the connection to it cannot be used any more.
 */
export class RequestCutOffError extends ProxyError {
  readonly code = "REQUEST_CUT_OFF";
  readonly retriable = true;
  readonly kind = "unavailable";
  /** The broker, as `host:port`. */
  readonly upstream: string;

  constructor(upstream: string, totalBytes: number, cause: unknown) {
    super(`a request of ${totalBytes} bytes to upstream ${upstream} broke off: ${messageOf(cause)}`, {
      cause,
    });
    this.upstream = upstream;
  }
}
