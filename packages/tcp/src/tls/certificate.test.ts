import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { testAuthority } from "../../test/certificates.ts";
import type { TestAuthority, TestCertificate } from "../../test/certificates.ts";
import { parseCertificate, readCertificate } from "./certificate.ts";
import type { Certificate, CertificateSource } from "./certificate.ts";

let authority: TestAuthority;
let kafka: TestCertificate;
let other: TestCertificate;
let folder: string;

beforeAll(async () => {
  authority = await testAuthority();
  kafka = await authority.sign(["kafka.example.com", "*.Kafka.example.com", "127.0.0.1"]);
  other = await authority.sign(["other.example.com"]);
  folder = await mkdtemp(join(tmpdir(), "pagoda-certificate-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function load(source: CertificateSource): Promise<Certificate> {
  return parseCertificate(await readCertificate(source));
}

async function file(name: string, text: string | Uint8Array): Promise<{ file: string }> {
  const path = join(folder, name);
  await writeFile(path, text);
  return { file: path };
}

describe("a certificate", () => {
  it("says what it is for and when it ends", async () => {
    const certificate = await load(kafka);
    expect(certificate).toMatchObject({
      names: ["kafka.example.com", "*.kafka.example.com"],
      subject: "CN=kafka.example.com,O=Pagoda",
      warnings: [],
    });
    expect(certificate.expiresAt.getTime()).toBeGreaterThan(Date.now());
  });

  it("comes from files, with its chain", async () => {
    const cert = await file("chain.pem", `a comment\n${kafka.cert}\n${authority.cert}`);
    const key = await file("kafka.key", kafka.key);
    const certificate = await load({ cert, key });
    expect(certificate.cert.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it("takes an encrypted key with its passphrase", async () => {
    const encrypted = createPrivateKey(kafka.key).export({
      type: "pkcs8",
      format: "pem",
      cipher: "aes-256-cbc",
      passphrase: "secret",
    });
    const key = String(encrypted);
    await expect(load({ cert: kafka.cert, key, passphrase: "secret" })).resolves.toBeDefined();
    await expect(load({ cert: kafka.cert, key })).rejects.toThrow(
      "bad certificate: the key given as text is encrypted: give its passphrase",
    );
    await expect(load({ cert: kafka.cert, key, passphrase: "wrong" })).rejects.toThrow(
      "cannot be decrypted: is the passphrase right?",
    );
  });

  it("is served with a warning when it has expired", async () => {
    const expired = await authority.sign(["old.example.com"], {
      from: new Date("2020-01-01"),
      to: new Date("2021-01-01"),
    });
    expect((await load(expired)).warnings).toEqual([
      "the certificate given as text expired on 2021-01-01T00:00:00.000Z",
    ]);
  });

  it("is served with a warning before it is valid", async () => {
    const from = new Date(Date.now() + 3_600_000);
    const early = await authority.sign(["new.example.com"], { from });
    expect((await load(early)).warnings[0]).toMatch(/^the certificate given as text is not valid before /);
  });
});

describe("a bad certificate", () => {
  it("has its file named when that does not exist", async () => {
    const cert = { file: join(folder, "missing.pem") };
    await expect(load({ cert, key: kafka.key })).rejects.toMatchObject({
      code: "BAD_CERTIFICATE",
      kind: "invalid",
      file: cert.file,
      message: `bad certificate: the certificate file ${cert.file} does not exist`,
    });
  });

  it("has its file named when that is a folder", async () => {
    const path = join(folder, "folder.pem");
    await mkdir(path);
    await expect(load({ cert: { file: path }, key: kafka.key })).rejects.toThrow(`file ${path} is a folder`);
  });

  it.each([
    ["not PEM", "hello", "is not PEM"],
    ["empty", " \n", "is empty"],
    ["a key", "KEY", "holds no certificate but PRIVATE KEY"],
    [
      "broken",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
      "holds a broken certificate (number 1)",
    ],
  ])("is refused when it is %s", async (name, text, fault) => {
    const cert = await file(`${name}.pem`, text === "KEY" ? kafka.key : text);
    await expect(load({ cert, key: kafka.key })).rejects.toThrow(
      `bad certificate: the certificate file ${cert.file} ${fault}`,
    );
  });

  it("is refused when it is DER", async () => {
    const der = Buffer.from(kafka.cert.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
    const cert = await file("kafka.der", der);
    await expect(load({ cert, key: kafka.key })).rejects.toThrow("is DER, not PEM");
  });

  it("is refused when it does not belong to the key", async () => {
    const cert = await file("kafka.pem", kafka.cert);
    const key = await file("other.key", other.key);
    await expect(load({ cert, key })).rejects.toThrow(
      `bad certificate: the certificate file ${cert.file} does not belong to the key file ${key.file}`,
    );
  });

  it("is refused when the chain comes before it", async () => {
    const cert = `${authority.cert}\n${kafka.cert}`;
    await expect(load({ cert, key: kafka.key })).rejects.toThrow(
      "holds the certificate of the key as number 2: put it first",
    );
  });

  it.each([
    ["a certificate", "CERT", "holds no private key but CERTIFICATE"],
    ["broken", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "is broken: "],
    ["a public key", "PUBLIC", "holds no private key but PUBLIC KEY"],
  ])("is refused when its key is %s", async (_, text, fault) => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const texts = new Map([
      ["CERT", kafka.cert],
      ["PUBLIC", String(publicKey.export({ type: "spki", format: "pem" }))],
    ]);
    await expect(load({ cert: kafka.cert, key: texts.get(text) ?? text })).rejects.toThrow(
      `bad certificate: the key given as text ${fault}`,
    );
  });
});
