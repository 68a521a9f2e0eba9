import { messageOf } from "@pagoda/core";
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { KeyObject } from "node:crypto";

import { CertificateError, nameOf, pemBlocks, readPem } from "./pem.ts";
import type { Pem, PemText } from "./pem.ts";

/** Where a certificate and its key come from. */
export interface CertificateSource {
  /** The certificate, followed by the rest of its chain without the root. */
  readonly cert: Pem;
  readonly key: Pem;
  /** Of an encrypted key. */
  readonly passphrase?: string;
}

/** The texts of a {@link CertificateSource}. */
export interface CertificateTexts {
  readonly cert: PemText;
  readonly key: PemText;
  readonly passphrase: string | undefined;
}

/** A certificate that can be served: key and certificate belong together. */
export interface Certificate {
  /** The certificate and its chain, PEM. */
  readonly cert: string;
  /** PEM, not encrypted: keep it out of logs. */
  readonly key: string;
  /** DNS names it is for, in lower case; `*.example.com` among them. Its CN when it has no others. */
  readonly names: readonly string[];
  /** Like `CN=kafka.example.com,O=Example`. */
  readonly subject: string;
  readonly expiresAt: Date;
  /** What does not keep it from being served but will from being trusted: expired, not yet valid. */
  readonly warnings: readonly string[];
}

/** @throws CertificateError when a file cannot be read. */
export async function readCertificate({
  cert,
  key,
  passphrase,
}: CertificateSource): Promise<CertificateTexts> {
  const [certText, keyText] = await Promise.all([readPem("certificate", cert), readPem("key", key)]);
  return { cert: certText, key: keyText, passphrase };
}

/**
 * Checks that certificate and key can be used, and with each other.
 * @throws CertificateError naming the file and the fault.
 */
export function parseCertificate({ cert, key, passphrase }: CertificateTexts): Certificate {
  const chain = parseCertificates("certificate", cert);
  const privateKey = parseKey(key, passphrase);
  const leaf = chain[0];
  const own = chain.findIndex((each) => each.checkPrivateKey(privateKey));
  if (leaf === undefined || own !== 0) {
    const fault =
      own > 0
        ? `holds the certificate of the key as number ${own + 1}: put it first`
        : `does not belong to ${nameOf("key", key.pem)}`;
    throw new CertificateError("certificate", cert.pem, fault);
  }
  return {
    cert: chain.map((each) => each.toString()).join(""),
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    names: namesOf(leaf),
    subject: subjectOf(leaf),
    expiresAt: leaf.validToDate,
    warnings: warningsOf(leaf, nameOf("certificate", cert.pem)),
  };
}

/** @throws CertificateError unless the text holds at least one certificate, and none that is broken. */
export function parseCertificates(role: string, source: PemText): X509Certificate[] {
  const blocks = pemBlocks(role, source);
  const certificates = blocks.filter(({ label }) => label.endsWith("CERTIFICATE"));
  if (certificates.length === 0) {
    throw new CertificateError(role, source.pem, `holds no certificate but ${blocks[0]?.label}`);
  }
  return certificates.map(({ text }, index) => {
    try {
      return new X509Certificate(text);
    } catch (error) {
      const fault = `holds a broken certificate (number ${index + 1}): ${messageOf(error)}`;
      throw new CertificateError(role, source.pem, fault, { cause: error });
    }
  });
}

/** The subject in the order of RFC 4514, most specific first. */
export function subjectOf({ subject }: X509Certificate): string {
  return subject.split("\n").toReversed().join(",");
}

function parseKey(source: PemText, passphrase: string | undefined): KeyObject {
  const blocks = pemBlocks("key", source);
  const block = blocks.find(({ label }) => label.endsWith("PRIVATE KEY"));
  if (block === undefined) {
    throw new CertificateError("key", source.pem, `holds no private key but ${blocks[0]?.label}`);
  }
  const encrypted = block.label.startsWith("ENCRYPTED") || block.text.includes("Proc-Type: 4,ENCRYPTED");
  if (encrypted && passphrase === undefined) {
    throw new CertificateError("key", source.pem, "is encrypted: give its passphrase");
  }
  try {
    return createPrivateKey({ key: block.text, ...(passphrase !== undefined && { passphrase }) });
  } catch (error) {
    const fault = encrypted
      ? "cannot be decrypted: is the passphrase right?"
      : `is broken: ${messageOf(error)}`;
    throw new CertificateError("key", source.pem, fault, { cause: error });
  }
}

function namesOf(leaf: X509Certificate): string[] {
  const alternatives = leaf.subjectAltName ?? "";
  const names = [...alternatives.matchAll(/(?:^|, )DNS:([^,"]+)/g)].map((match) => match[1] ?? "");
  if (names.length === 0) {
    const cn = /^CN=(.+)$/m.exec(leaf.subject)?.[1];
    if (cn !== undefined) names.push(cn);
  }
  return names.map((name) => name.toLowerCase());
}

function warningsOf({ validFromDate, validToDate }: X509Certificate, name: string): string[] {
  const now = Date.now();
  if (validToDate.getTime() < now) return [`${name} expired on ${validToDate.toISOString()}`];
  if (validFromDate.getTime() > now) return [`${name} is not valid before ${validFromDate.toISOString()}`];
  return [];
}
