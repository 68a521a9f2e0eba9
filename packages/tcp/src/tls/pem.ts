import { ProxyError } from "@pagoda/core";
import { readFile } from "node:fs/promises";

/** PEM text (RFC 7468), or the file that holds it. */
export type Pem = string | { readonly file: string };

/** A certificate, a key or an authority cannot be used. The message names the file and the fault. */
export class CertificateError extends ProxyError {
  readonly code = "BAD_CERTIFICATE";
  readonly retriable = false;
  readonly kind = "invalid";
  /** The file it is about; undefined for PEM text that was given directly. */
  readonly file: string | undefined;
  /** @param role what it should have been: `certificate`, `key`, `authority`. */
  constructor(role: string, pem: Pem, fault: string, options?: ErrorOptions) {
    super(`bad certificate: ${nameOf(role, pem)} ${fault}`, options);
    this.file = typeof pem === "string" ? undefined : pem.file;
  }
}

/** The PEM as a message speaks of it. */
export function nameOf(role: string, pem: Pem): string {
  return typeof pem === "string" ? `the ${role} given as text` : `the ${role} file ${pem.file}`;
}

/** One block of a PEM text. */
export interface PemBlock {
  /** `CERTIFICATE`, `PRIVATE KEY`, ... */
  readonly label: string;
  /** The block with its first and last line. */
  readonly text: string;
}

/** A PEM whose text has been read. */
export interface PemText {
  readonly pem: Pem;
  readonly text: string;
}

const faults: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "does not exist"],
  ["EACCES", "may not be read by this user"],
  ["EISDIR", "is a folder"],
]);

/**
 * Reads the text of a PEM.
 * @throws CertificateError when the file cannot be read.
 */
export async function readPem(role: string, pem: Pem): Promise<PemText> {
  if (typeof pem === "string") return { pem, text: pem };
  try {
    return { pem, text: await readFile(pem.file, "latin1") };
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw new CertificateError(role, pem, faults.get(code) ?? `cannot be read: ${message}`, { cause: error });
  }
}

/**
 * The blocks of a PEM; what stands between them is skipped, as RFC 7468 allows.
 * @throws CertificateError when there is none.
 */
export function pemBlocks(role: string, { pem, text }: PemText): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (const match of text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^]*?-----END \1-----/g)) {
    blocks.push({ label: match[1] ?? "", text: match[0] });
  }
  if (blocks.length > 0) return blocks;
  // DER opens with an ASN.1 SEQUENCE (0x30) of two length bytes (0x82).
  const der = text.startsWith("\x30\x82");
  const fault = der ? "is DER, not PEM: convert it with `openssl x509 -inform der`" : "is not PEM";
  throw new CertificateError(role, pem, text.trim() === "" ? "is empty" : fault);
}
