import { generate } from "selfsigned";

/** A certificate and its key, PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority that signs certificates for tests. */
export interface TestAuthority extends TestCertificate {
  /** Signs a certificate for these DNS names and IP addresses. The first is its CN. */
  sign(names: readonly [string, ...string[]], validity?: Validity): Promise<TestCertificate>;
}

/** @default from now for a day */
export interface Validity {
  readonly from?: Date;
  readonly to?: Date;
}

const dayMs = 86_400_000;

/** Makes an authority of that name. Keys are elliptic curve: quick to make. */
export async function testAuthority(name = "Pagoda test authority"): Promise<TestAuthority> {
  const own = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    notAfterDate: new Date(Date.now() + dayMs),
    extensions: [{ name: "basicConstraints", cA: true, critical: true }],
  });
  const ca = { cert: own.cert, key: own.private };
  return {
    ...ca,
    sign: async (names, { from = new Date(Date.now() - 60_000), to = new Date(Date.now() + dayMs) } = {}) => {
      const attributes = [
        { name: "organizationName", value: "Pagoda" },
        { name: "commonName", value: names[0] },
      ];
      const signed = await generate(attributes, {
        keyType: "ec",
        algorithm: "sha256",
        ca,
        notBeforeDate: from,
        notAfterDate: to,
        extensions: [{ name: "subjectAltName", altNames: names.map(altName) }],
      });
      return { cert: signed.cert, key: signed.private };
    },
  };
}

function altName(name: string): { type: 2; value: string } | { type: 7; ip: string } {
  return /^[\d.]+$|:/.test(name) ? { type: 7, ip: name } : { type: 2, value: name };
}
