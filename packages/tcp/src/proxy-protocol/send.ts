import { layer } from "@pagoda/core";
import type { Context, Layer, Service } from "@pagoda/core";

import type { ConnectTarget } from "../connect.ts";
import type { Connection } from "../connection.ts";
import { addressesOf, encodeProxyHeader } from "./encode.ts";
import type { EncodeOptions } from "./encode.ts";
import type { Tlv } from "./header.ts";

export interface SendProxyHeaderOptions extends EncodeOptions {
  /** 1 is text, for old receivers; 2 is binary, and can carry extensions. @default 2 */
  readonly version?: 1 | 2;
  /** Extensions to send, in version 2. @default none */
  readonly tlvsOf?: (client: Connection) => readonly Tlv[];
}

/** Where to connect, on behalf of whom. */
export interface ClientTarget extends ConnectTarget {
  readonly client: Connection;
}

/** A header that says who `client` is: its `remote` came to its `local`. */
export function proxyHeaderFor(client: Connection, options: SendProxyHeaderOptions = {}): Buffer {
  const { version = 2, tlvsOf } = options;
  const addresses = addressesOf(client.remote, client.local);
  const transport = addresses.family === "unspec" ? "unspec" : "stream";
  const tlvs = tlvsOf?.(client) ?? [];
  return encodeProxyHeader({ version, command: "proxy", addresses, transport, tlvs }, options);
}

/**
 * Tells the upstream who the client is: a PROXY protocol header goes out before anything else, TLS
 * included. For the upstream side, on top of `connector`.
 */
export function sendProxyHeader(
  options: SendProxyHeaderOptions = {},
): Layer<Service<ConnectTarget, Connection>, Service<ClientTarget, Connection>> {
  return layer(
    "sendProxyHeader",
    (inner) =>
      ({ client, ...target }: ClientTarget, cx: Context) =>
        inner.call({ ...target, preamble: proxyHeaderFor(client, options) }, cx),
  );
}
