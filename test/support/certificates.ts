import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { testAuthority } from "../../packages/tcp/test/certificates.ts";

/** A certificate on disk, as a command line wants it, and in memory, as a client in a test does. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** The authority that signed it. */
  readonly ca: string;
  readonly caFile: string;
}

/** Makes a certificate for names, signed by an authority of its own, in a folder of its own. */
export async function certificateFiles(...names: [string, ...string[]]): Promise<CertificateFiles> {
  const authority = await testAuthority();
  const { cert, key } = await authority.sign(names);
  const folder = await mkdtemp(join(tmpdir(), "pagoda-test-certificates-"));
  const file = async (called: string, text: string): Promise<string> => {
    const path = join(folder, called);
    await writeFile(path, text);
    return path;
  };
  return {
    cert,
    key,
    ca: authority.cert,
    certFile: await file("cert.pem", cert),
    keyFile: await file("key.pem", key),
    caFile: await file("ca.pem", authority.cert),
  };
}
