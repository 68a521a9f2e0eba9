import { ProxyError } from "@pagoda/core";
import { isIP, isIPv6 } from "node:net";

import type { Endpoint } from "./connection.ts";

/** A text that should be an endpoint is none. */
export class InvalidEndpointError extends ProxyError {
  readonly code = "INVALID_ENDPOINT";
  readonly retriable = false;
  readonly kind = "invalid";
  /** What was given. */
  readonly text: string;
  constructor(text: string, fault: string) {
    super(`${JSON.stringify(text)} is not HOST:PORT: ${fault}`);
    this.text = text;
  }
}

/**
 * Reads `HOST:PORT`: `10.0.0.1:9092`, `kafka.local:9092`, `[::1]:9092`, or `:9092`, whose host is
 * the empty string: every address of the machine to listen on, the machine itself to connect to.
 * Port 0 is let through: it asks a listener for a free one.
 *
 * @throws InvalidEndpointError that says what is wrong.
 */
export function parseEndpoint(text: string): Endpoint {
  const fail = (fault: string): never => {
    throw new InvalidEndpointError(text, fault);
  };
  if (text === "") return fail("it is empty");
  const bracketed = /^\[(?<address>[^\]]*)\](?<rest>.*)$/s.exec(text)?.groups;
  const colon = text.lastIndexOf(":");
  if (bracketed !== undefined) {
    const { address = "", rest = "" } = bracketed;
    if (!isIPv6(address)) return fail(`[${address}] is not an IPv6 address`);
    if (!rest.startsWith(":")) return fail("a port is missing after the brackets");
    return { host: address, port: portOf(rest.slice(1), fail) };
  }
  if (isIPv6(text)) return fail(`write an IPv6 address in brackets, like [${text}]:9092`);
  if (colon === -1) return fail("a port is missing");
  const host = text.slice(0, colon);
  if (isIPv6(host)) return fail(`write an IPv6 address in brackets, like [${host}]:${text.slice(colon + 1)}`);
  if (!isHost(host)) return fail(`${JSON.stringify(host)} is neither a name nor an IP address`);
  return { host, port: portOf(text.slice(colon + 1), fail) };
}

/** Writes `HOST:PORT`, the way {@link parseEndpoint} reads it. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function portOf(text: string, fail: (fault: string) => never): number {
  if (text === "") return fail("the port is empty");
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    return fail(`the port must be a whole number from 0 to 65535, got ${JSON.stringify(text)}`);
  }
  return port;
}

// Names as resolvers take them (RFC 1123 section 2.1), underscores too because DNS does.
const label = /^(?!-)[\w-]{1,63}(?<!-)$/;

function isHost(host: string): boolean {
  if (host === "" || isIP(host) !== 0) return true;
  // Digits and dots alone were meant to be an IPv4 address, and are none.
  if (host.length > 253 || /^[\d.]+$/.test(host)) return false;
  return host
    .replace(/\.$/, "")
    .split(".")
    .every((each) => label.test(each));
}
