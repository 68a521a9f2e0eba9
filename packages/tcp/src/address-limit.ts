import { layer, ProxyError } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";

import { addressKey } from "./address-key.ts";
import type { Connection } from "./connection.ts";

/** As many connections as one address may have are open. */
export class AddressLimitError extends ProxyError {
  readonly code = "CONNECTION_LIMIT_PER_ADDRESS";
  readonly retriable = true;
  readonly kind = "overload";
  readonly maxConnectionsPerAddress: number;
  constructor(host: string, maxConnectionsPerAddress: number) {
    super(`${maxConnectionsPerAddress} connections from ${host} are open, which is the limit of an address`);
    this.maxConnectionsPerAddress = maxConnectionsPerAddress;
  }
}

/**
 * Counts connections by the address they come from: an IPv4 address, or the /64 network of one of
 * IPv6. It remembers addresses with open connections only, so it is no larger than they are many.
 */
export class AddressCount {
  readonly #open = new Map<string, number>();

  /** Addresses that have a connection. */
  get size(): number {
    return this.#open.size;
  }

  of(host: string): number {
    return this.#open.get(addressKey(host)) ?? 0;
  }

  enter(host: string): void {
    const key = addressKey(host);
    this.#open.set(key, (this.#open.get(key) ?? 0) + 1);
  }

  leave(host: string): void {
    const key = addressKey(host);
    const left = (this.#open.get(key) ?? 0) - 1;
    if (left > 0) this.#open.set(key, left);
    else this.#open.delete(key);
  }
}

export interface LimitPerAddressOptions {
  /**
   * Connections open at once from one address: asked for each connection, so that it can be
   * replaced while it counts. `Infinity` limits nothing.
   */
  readonly maxConnectionsPerAddress: () => number;
}

/**
 * Closes connections of a client that has too many, with the cause `policy` and
 * CONNECTION_LIMIT_PER_ADDRESS. Below `acceptProxyHeader`, where the address is the client's as the
 * balancer says it; without one, `listen` refuses them sooner (`maxConnectionsPerAddress`).
 */
export function limitPerAddress<C extends Connection, R>(options: LimitPerAddressOptions): SameLayer<C, R> {
  const { maxConnectionsPerAddress } = options;

  return layer("limitPerAddress", (inner) => {
    const count = new AddressCount();
    return (connection: C, cx) => {
      const { host } = connection.remote;
      const max = maxConnectionsPerAddress();
      if (count.of(host) >= max) {
        const error = new AddressLimitError(host, max);
        connection.close("policy", error);
        return Promise.reject(error);
      }
      count.enter(host);
      connection.scope.defer(() => count.leave(host));
      return inner.call(connection, cx);
    };
  });
}
