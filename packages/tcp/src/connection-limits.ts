import { ProxyError, TokenBucket, whole, positive } from "@pagoda/core";

import { AddressCount, AddressLimitError } from "./address-limit.ts";

/** How many connections a listener takes. What is left out is not limited, `maxConnections` aside. */
export interface ConnectionLimits {
  /**
   * Connections open at once. One more is accepted and closed at once with the cause `policy`:
   * its client learns so directly, where a listener that stopped accepting would leave it waiting.
   * @default 10000
   */
  readonly maxConnections?: number;
  /**
   * Connections open at once from one address, as the network shows it; see `AddressCount` for
   * IPv6. Behind a balancer, which is one address, use `limitPerAddress` below `acceptProxyHeader`.
   * @default not limited
   */
  readonly maxConnectionsPerAddress?: number;
  /**
   * Connections accepted per second, as many at once after a quiet second. What TLS handshakes and
   * logins may cost is bounded by it.
   * @default not limited
   */
  readonly maxConnectionsPerSecond?: number;
}

/** More connections than `maxConnections` were open. */
export class ConnectionLimitError extends ProxyError {
  readonly code = "CONNECTION_LIMIT";
  readonly retriable = true;
  readonly kind = "overload";
  readonly maxConnections: number;
  constructor(listener: string, maxConnections: number) {
    super(`listener ${listener}: ${maxConnections} connections are open, which is its limit`);
    this.maxConnections = maxConnections;
  }
}

/** Connections came faster than `maxConnectionsPerSecond`. */
export class ConnectionRateError extends ProxyError {
  readonly code = "CONNECTION_RATE";
  readonly retriable = true;
  readonly kind = "overload";
  readonly maxConnectionsPerSecond: number;
  /** Whole milliseconds until one more would be accepted. */
  readonly retryAfterMs: number;
  constructor(listener: string, maxConnectionsPerSecond: number, retryAfterMs: number) {
    super(
      `listener ${listener}: more than ${maxConnectionsPerSecond} connections per second; there is room again in ${retryAfterMs} ms`,
    );
    this.maxConnectionsPerSecond = maxConnectionsPerSecond;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Who may come in, by limits that can be replaced while it counts. */
export class Admission {
  /** Connections let in that have not left. */
  open = 0;
  readonly #listener: string;
  readonly #perAddress = new AddressCount();
  #maxConnections = 0;
  #maxPerAddress = Infinity;
  #rate: TokenBucket | undefined;

  /** @throws RangeError for a limit that makes no sense. */
  constructor(listener: string, limits: ConnectionLimits) {
    this.#listener = listener;
    this.replace(limits);
  }

  /**
   * Goes by these limits from now on. Connections that are open stay, though they be too many.
   * @throws RangeError for a limit that makes no sense; the old ones are kept then.
   */
  replace({
    maxConnections = 10_000,
    maxConnectionsPerAddress = Infinity,
    maxConnectionsPerSecond,
  }: ConnectionLimits): void {
    whole("maxConnections", maxConnections, 1);
    if (maxConnectionsPerAddress !== Infinity) whole("maxConnectionsPerAddress", maxConnectionsPerAddress, 1);
    const rate = this.#rateOf(maxConnectionsPerSecond);
    this.#maxConnections = maxConnections;
    this.#maxPerAddress = maxConnectionsPerAddress;
    this.#rate = rate;
  }

  /** Counts a connection from this address, to be given back by `leave`; or says why it may not. */
  enter(host: string): ProxyError | undefined {
    if (this.open >= this.#maxConnections)
      return new ConnectionLimitError(this.#listener, this.#maxConnections);
    if (this.#perAddress.of(host) >= this.#maxPerAddress) {
      return new AddressLimitError(host, this.#maxPerAddress);
    }
    // Last: who is refused anyway takes no token from the others.
    const waitMs = this.#rate?.waitMs() ?? 0;
    if (this.#rate !== undefined && waitMs > 0) {
      return new ConnectionRateError(this.#listener, this.#rate.perSecond, waitMs);
    }
    this.#rate?.take();
    this.open += 1;
    this.#perAddress.enter(host);
    return undefined;
  }

  /** A connection that was let in has closed. */
  leave(host: string): void {
    this.open -= 1;
    this.#perAddress.leave(host);
  }

  /** The bucket in use where the rate is the same: to fill it anew would let a burst through. */
  #rateOf(perSecond: number | undefined): TokenBucket | undefined {
    if (perSecond === undefined) return undefined;
    positive("maxConnectionsPerSecond", perSecond);
    if (this.#rate?.perSecond === perSecond) return this.#rate;
    return new TokenBucket({ perSecond, burst: Math.ceil(perSecond) });
  }
}
