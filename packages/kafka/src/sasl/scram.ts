import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

import type { BeginSasl, SaslMechanism } from "./mechanism.ts";
import type { PasswordLogin } from "./plain.ts";
import { shown } from "./shown.ts";

export interface ScramOptions extends PasswordLogin {
  readonly hash: ScramHash;
  /** The client's nonce. @default 24 random bytes, in base64 */
  readonly nonce?: () => string;
}

export type ScramHash = "SHA-256" | "SHA-512";

const digests = { "SHA-256": "sha256", "SHA-512": "sha512" } as const;

/** RFC 7677 asks for no less; more than the most would let a server keep this process busy. */
const iterations = { least: 4_096, most: 1_000_000 } as const;

const derive = promisify(pbkdf2);

/**
 * SCRAM-SHA-256 and SCRAM-SHA-512 (RFC 5802, RFC 7677) without channel binding: the password is not
 * sent, and the server shows that it knows it.
 *
 * Passwords are taken as they are, in UTF-8: Kafka does no SASLprep either. What is derived from the
 * password is kept for one salt, so that many connections at once cost the derivation once.
 */
export function scram({ hash, username, password, nonce = randomNonce }: ScramOptions): BeginSasl {
  const digest = digests[hash];
  let derived: { readonly key: string; readonly salted: Promise<Buffer> } | undefined;
  const saltedBy = (salt: string, rounds: number): Promise<Buffer> => {
    const key = `${rounds} ${salt}`;
    if (derived?.key !== key) {
      const bytes = createHash(digest).update("").digest().length;
      derived = { key, salted: derive(password, Buffer.from(salt, "base64"), rounds, bytes, digest) };
    }
    return derived.salted;
  };
  return () => new Scram(`SCRAM-${hash}`, digest, username, nonce(), saltedBy);
}

function randomNonce(): string {
  return randomBytes(24).toString("base64");
}

class Scram implements SaslMechanism {
  readonly name: string;
  readonly #digest: string;
  readonly #bare: string;
  readonly #nonce: string;
  readonly #saltedBy: (salt: string, rounds: number) => Promise<Buffer>;
  #serverSignature: Buffer | undefined;

  constructor(
    name: string,
    digest: string,
    username: string,
    nonce: string,
    saltedBy: (salt: string, rounds: number) => Promise<Buffer>,
  ) {
    this.name = name;
    this.#digest = digest;
    this.#nonce = nonce;
    this.#bare = `n=${username.replaceAll("=", "=3D").replaceAll(",", "=2C")},r=${nonce}`;
    this.#saltedBy = saltedBy;
  }

  first(): Uint8Array {
    return Buffer.from(`n,,${this.#bare}`);
  }

  async next(challenge: Uint8Array): Promise<Uint8Array | undefined> {
    const text = Buffer.from(challenge).toString();
    if (this.#serverSignature === undefined) return this.#prove(text);
    this.#verify(text, this.#serverSignature);
    return undefined;
  }

  async #prove(challenge: string): Promise<Uint8Array> {
    const { r: nonce, s: salt, i: rounds, m: extension } = attributesOf(challenge);
    if (extension !== undefined) {
      // RFC 5802, section 5.1: who does not know it must not go on.
      throw new Error("the server asks for an extension that this client does not know");
    }
    if (nonce === undefined || salt === undefined || rounds === undefined) {
      throw new Error("the server's first message lacks a nonce, a salt or iterations");
    }
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length) {
      throw new Error("the server's nonce does not begin with the client's, and go on");
    }
    const count = Number(rounds);
    if (!/^\d+$/.test(rounds) || count < iterations.least || count > iterations.most) {
      throw new Error(
        `the server asks for ${shown(rounds)} iterations, outside ${iterations.least} to ${iterations.most}`,
      );
    }
    const salted = await this.#saltedBy(salt, count);
    // `biws` is `n,,`: no channel binding.
    const final = `c=biws,r=${nonce}`;
    const whole = `${this.#bare},${challenge},${final}`;
    const clientKey = this.#mac(salted, "Client Key");
    const storedKey = createHash(this.#digest).update(clientKey).digest();
    const signature = this.#mac(storedKey, whole);
    const proof = clientKey.map((byte, at) => byte ^ (signature[at] as number));
    this.#serverSignature = this.#mac(this.#mac(salted, "Server Key"), whole);
    return Buffer.from(`${final},p=${Buffer.from(proof).toString("base64")}`);
  }

  #verify(text: string, expected: Buffer): void {
    const { v: verifier, e: error } = attributesOf(text);
    if (error !== undefined) throw new Error(`the server says ${shown(error)}`);
    const signature = Buffer.from(verifier ?? "", "base64");
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw new Error("the server does not show that it knows the password");
    }
  }

  #mac(key: Uint8Array, text: string): Buffer {
    return createHmac(this.#digest, key).update(text).digest();
  }
}

/** `r=...,s=...,i=4096`; what comes twice counts as it came first. */
function attributesOf(text: string): Partial<Record<string, string>> {
  const entries = text.split(",").map((one): [string, string] => [one.slice(0, 1), one.slice(2)]);
  return Object.fromEntries(entries.toReversed());
}
