import { connect } from "node:tls";
import type { PeerCertificate, TLSSocket } from "node:tls";

import type { Endpoint } from "@pagoda/tcp";

import type { Reach } from "./broker-talk.ts";

/** What a TLS server shows, whether it is to be trusted or not. */
export interface ShownTls {
  readonly version: string;
  /** Who the certificate is for, and who signed it: their common names. */
  readonly subject: string;
  readonly issuer: string;
  /** The names that it is good for. */
  readonly names: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Looks at a server's certificate without judging it. Undefined where it does not speak TLS. */
export function inspectTls(endpoint: Endpoint, { timeoutMs, tls }: Reach): Promise<ShownTls | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      ...tls?.optionsFor(endpoint.host),
      host: endpoint.host,
      port: endpoint.port,
      rejectUnauthorized: false,
    });
    const done = (shown: ShownTls | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(shown);
    };
    const timer = setTimeout(() => done(undefined), timeoutMs);
    socket.on("error", () => done(undefined));
    socket.on("close", () => done(undefined));
    socket.once("secureConnect", () => done(shownBy(socket)));
  });
}

function shownBy(socket: TLSSocket): ShownTls {
  const certificate: Partial<PeerCertificate> = socket.getPeerCertificate();
  return {
    version: socket.getProtocol() ?? "TLS",
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    names: certificate.subjectaltname ?? "",
    notBefore: new Date(certificate.valid_from ?? Number.NaN),
    notAfter: new Date(certificate.valid_to ?? Number.NaN),
  };
}

function nameOf(name: PeerCertificate["subject"] | undefined): string {
  const { CN: common, O: organization } = name ?? {};
  return [common, organization].flat().find((one) => one !== undefined) ?? "nobody";
}
