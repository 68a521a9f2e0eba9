import { isIP } from "node:net";

/**
 * Whether the `Host` of a request is one that the admin server goes by: an IP address, localhost, or
 * one of those allowed. A web page can have a name of its own resolve to this machine, and is then,
 * to the browser, of one origin with it (DNS rebinding): such a name is none of these.
 */
export function isKnownHost(header: string, allowedHosts: readonly string[]): boolean {
  const host = hostOf(header);
  if (host === undefined) return false;
  return isIP(host) !== 0 || host === "localhost" || allowedHosts.some((each) => each.toLowerCase() === host);
}

/** Whether an address to listen on is this machine's alone. A name other than localhost may be any. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** `[address]:port`, `name:port`, each with or without the port; in lower case. */
function hostOf(header: string): string | undefined {
  const { address, name } =
    /^(?:\[(?<address>[\da-f:.]+)\]|(?<name>[\w.-]+))(?::\d{1,5})?$/i.exec(header)?.groups ?? {};
  return (address ?? name)?.toLowerCase();
}
