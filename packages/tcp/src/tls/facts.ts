import type { TLSSocket } from "node:tls";

import type { TlsFacts } from "../connection.ts";
import { subjectOf } from "./certificate.ts";

/** What a finished handshake told. `serverName` is what the client asked for, on either side. */
export function factsOf(socket: TLSSocket, serverName: string | undefined): TlsFacts {
  const peer = socket.getPeerX509Certificate();
  return {
    version: socket.getProtocol() ?? "unknown",
    cipher: socket.getCipher().name,
    serverName,
    alpn: socket.alpnProtocol === false || socket.alpnProtocol === null ? undefined : socket.alpnProtocol,
    authorized: socket.authorized,
    peerSubject: peer === undefined ? undefined : subjectOf(peer),
  };
}
