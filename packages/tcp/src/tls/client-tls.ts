import { isIP } from "node:net";
import { createSecureContext } from "node:tls";
import type { ConnectionOptions, SecureContext, SecureVersion } from "node:tls";

import { parseCertificate, parseCertificates, readCertificate } from "./certificate.ts";
import type { Certificate, CertificateSource, CertificateTexts } from "./certificate.ts";
import { readPem } from "./pem.ts";
import type { Pem, PemText } from "./pem.ts";
import { reloading } from "./reloading.ts";
import type { Reloadable, ReloadOptions } from "./reloading.ts";

export interface ClientTlsOptions extends ReloadOptions {
  /** Authorities to trust. @default the ones that Node has */
  readonly ca?: Pem;
  /** Our own certificate, where the other side asks for one (mTLS). @default none */
  readonly certificate?: CertificateSource;
  /**
   * The name to ask for (SNI), which the other side's certificate must carry. The empty string asks
   * for none and checks the host.
   * @default the host, when it is a name
   */
  readonly serverName?: string;
  /** Protocols to offer for ALPN, best first. @default none */
  readonly alpn?: readonly string[];
  /** @default "TLSv1.2" */
  readonly minVersion?: SecureVersion;
  /**
   * Refuse a certificate that no trusted authority vouches for, or that is for another name.
   * Without it anyone in between can read and change everything: for experiments only.
   * @default true
   */
  readonly rejectUnauthorized?: boolean;
}

/** How to speak TLS to an upstream, kept up to date with its files. */
export interface ClientTls extends Reloadable {
  /** Our own certificate, where there is one. */
  readonly certificate: Certificate | undefined;
  /** What `tls.connect` needs for this host, beyond the socket. */
  optionsFor(host: string): ConnectionOptions;
}

interface Texts {
  readonly ca: PemText | undefined;
  readonly certificate: CertificateTexts | undefined;
}

/**
 * Reads and checks what TLS towards an upstream needs, once: the costly part of a connection is
 * shared by all.
 * @throws CertificateError naming the file and the fault.
 */
export async function clientTls(options: ClientTlsOptions = {}): Promise<ClientTls> {
  const {
    ca,
    certificate: source,
    serverName,
    alpn,
    minVersion = "TLSv1.2",
    rejectUnauthorized = true,
  } = options;
  let certificate: Certificate | undefined;
  let secureContext: SecureContext | undefined;

  const read = async (): Promise<Texts> => ({
    ca: ca === undefined ? undefined : await readPem("authority", ca),
    certificate: source && (await readCertificate(source)),
  });
  const build = (texts: Texts): void => {
    const own = texts.certificate && parseCertificate(texts.certificate);
    const authorities = texts.ca && parseCertificates("authority", texts.ca).map(String);
    secureContext = createSecureContext({
      minVersion,
      ...(authorities && { ca: authorities }),
      ...(own && { cert: own.cert, key: own.key }),
    });
    certificate = own;
  };

  return {
    ...(await reloading(read, build, options)),
    get certificate() {
      return certificate;
    },
    optionsFor: (host) => {
      const servername = serverName ?? (isIP(host) === 0 ? host : "");
      return {
        host,
        rejectUnauthorized,
        ...(secureContext && { secureContext }),
        ...(servername !== "" && { servername }),
        ...(alpn && { ALPNProtocols: [...alpn] }),
      };
    },
  };
}
