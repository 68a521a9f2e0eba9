import { parseEndpoint } from "@pagoda/tcp";

import type { ConfigSource } from "../schema/config.ts";
import type { UpstreamTlsSource } from "../schema/upstream-tls.ts";
import type { Path } from "../source/node.ts";
import type { Finding } from "./report.ts";

/** Passwords are not sent in the open, certificates have keys, and strangers need a token. */
export function* checkSecurity({ clusters = {}, listeners = [], admin }: ConfigSource): Iterable<Finding> {
  for (const [name, { tls, sasl }] of Object.entries(clusters)) {
    const path: Path = ["clusters", name];
    yield* checkPair(tls, [...path, "tls"]);
    const plain = tls === undefined || tls === false;
    if (plain && sasl?.mechanism === "PLAIN" && sasl.allowPlaintext !== true) {
      yield {
        path: [...path, "sasl", "mechanism"],
        message: "PLAIN without tls sends the password in the open",
        hint: "tls: true, a SCRAM mechanism, or allowPlaintext: true",
      };
    }
  }
  for (const [index, { upstreamTls }] of listeners.entries()) {
    yield* checkPair(upstreamTls, ["listeners", index, "upstreamTls"]);
  }
  if (admin === undefined || admin === "off" || admin.bind === undefined) return;
  if (!isLoopback(parseEndpoint(admin.bind).host) && admin.token === undefined) {
    yield {
      path: ["admin", "bind"],
      message: "others can reach this address: admin needs a token",
      hint: 'token: "${ADMIN_TOKEN}", or bind to 127.0.0.1',
    };
  }
}

/** The proxy's own certificate and its key: both or neither. */
function* checkPair(tls: boolean | UpstreamTlsSource | undefined, path: Path): Iterable<Finding> {
  if (typeof tls !== "object") return;
  const pairs = [
    ["cert", "key"],
    ["key", "cert"],
  ] as const;
  for (const [given, missing] of pairs) {
    if (tls[given] === undefined || tls[missing] !== undefined) continue;
    yield { path: [...path, given], message: `needs ${missing} beside it`, atKey: true };
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
