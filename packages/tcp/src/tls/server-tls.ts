import { createSecureContext, createServer } from "node:tls";
import type { SecureContext, SecureContextOptions, SecureVersion, Server, TlsOptions } from "node:tls";

import { parseCertificate, parseCertificates, readCertificate } from "./certificate.ts";
import type { Certificate, CertificateSource, CertificateTexts } from "./certificate.ts";
import { readPem } from "./pem.ts";
import type { Pem, PemText } from "./pem.ts";
import { reloading } from "./reloading.ts";
import type { Reloadable, ReloadOptions } from "./reloading.ts";
import { ServerNames } from "./server-name.ts";

/** Whose clients a listener lets in. */
export interface ClientCertificates {
  /** The authorities whose clients are believed. */
  readonly ca: Pem;
  /**
   * Must a client have a certificate? When not, one without, or with one that `ca` does not vouch
   * for, is let in with the fact `authorized: false`.
   * @default true
   */
  readonly required?: boolean;
}

export interface ServerTlsOptions extends ReloadOptions {
  /**
   * One or more certificates; a client gets the one for the server name it asks for (SNI), else
   * the first.
   */
  readonly certificates: readonly CertificateSource[];
  /** Ask clients for a certificate (mTLS). @default they are not asked */
  readonly clients?: ClientCertificates;
  /** Protocols for ALPN, best first. A client that offers only others is refused. @default no ALPN */
  readonly alpn?: readonly string[];
  /** @default "TLSv1.2" */
  readonly minVersion?: SecureVersion;
}

/** Certificates ready to be served, kept up to date with their files. */
export interface ServerTls extends Reloadable {
  /** Those in use, in the order given. */
  readonly certificates: readonly Certificate[];
  /** When the first of them expires. */
  readonly expiresAt: Date;
  /** Performs handshakes: streams come in by its `connection` event. It listens on nothing. */
  readonly server: Server;
}

interface Texts {
  readonly certificates: readonly CertificateTexts[];
  readonly ca: PemText | undefined;
}

/**
 * Reads and checks the certificates of a listener.
 * @throws CertificateError naming the file and the fault; RangeError when there is no certificate.
 */
export async function serverTls(options: ServerTlsOptions): Promise<ServerTls> {
  const { certificates: sources, clients, alpn, minVersion = "TLSv1.2" } = options;
  if (sources.length === 0) throw new RangeError("certificates must hold one or more, got none");
  let certificates: readonly Certificate[] = [];
  let names = new ServerNames<SecureContext>();
  let server: Server | undefined;

  const read = async (): Promise<Texts> => ({
    certificates: await Promise.all(sources.map(readCertificate)),
    ca: clients && (await readPem("authority", clients.ca)),
  });
  const build = (texts: Texts): void => {
    const parsed = texts.certificates.map(parseCertificate);
    const ca = texts.ca && parseCertificates("authority", texts.ca).map(String);
    const settings = parsed.map(({ cert, key }): SecureContextOptions => {
      // Without it OpenSSL refuses to resume a session of a client that has a certificate.
      return { cert, key, minVersion, sessionIdContext: "pagoda", ...(ca && { ca }) };
    });
    const found = new ServerNames<SecureContext>();
    for (const [index, setting] of settings.entries()) {
      const context = createSecureContext(setting);
      for (const name of parsed[index]?.names ?? []) found.add(name, context);
    }
    const first = settings[0] ?? {};
    if (server === undefined) server = createServer({ ...first, ...handshakeOptions });
    else server.setSecureContext(first);
    // Nothing above changed what is in use: a fault leaves the old ones.
    certificates = parsed;
    names = found;
  };
  const handshakeOptions: TlsOptions = {
    requestCert: clients !== undefined,
    rejectUnauthorized: clients !== undefined && clients.required !== false,
    SNICallback: (name, done) => done(null, names.find(name)),
    ...(alpn && { ALPNProtocols: [...alpn] }),
  };

  const reloadable = await reloading(read, build, options);
  if (server === undefined) throw new TypeError("the certificates were not built");
  return {
    ...reloadable,
    server,
    get certificates() {
      return certificates;
    },
    get expiresAt() {
      return new Date(Math.min(...certificates.map(({ expiresAt }) => expiresAt.getTime())));
    },
  };
}
