import type { Socket } from "node:net";

import type { Endpoint } from "./connection.ts";

/** The other end of a connected socket; an empty host when it has gone already. */
export function remoteEndpoint({ remoteAddress, remotePort }: Socket): Endpoint {
  return { host: plainAddress(remoteAddress), port: remotePort ?? 0 };
}

/** This end of a connected socket; an empty host when it has gone already. */
export function localEndpoint({ localAddress, localPort }: Socket): Endpoint {
  return { host: plainAddress(localAddress), port: localPort ?? 0 };
}

/** A socket that serves IPv6 and IPv4 reports the latter as `::ffff:10.0.0.1` (RFC 4291, 2.5.5.2). */
function plainAddress(address: string | undefined): string {
  return address?.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "") ?? "";
}
