import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { describe, expect, it } from "vitest";

import { scram } from "./scram.ts";

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

// RFC 7677, section 3.
const nonce = "rOprNGfwEbeRWgbNEkqO";
const challenge = `r=${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;
const begin = scram({ hash: "SHA-256", username: "user", password: "pencil", nonce: () => nonce });

describe("scram", () => {
  it("says what RFC 7677 has as an example", async () => {
    const client = begin();
    expect(client.name).toBe("SCRAM-SHA-256");
    expect(text(client.first())).toBe(`n,,n=user,r=${nonce}`);
    expect(text(await client.next(Buffer.from(challenge)))).toBe(
      `c=biws,r=${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
    );
    const verifier = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
    expect(await client.next(Buffer.from(verifier))).toBeUndefined();
  });

  it("does not believe a server that does not know the password", async () => {
    const client = begin();
    await client.next(Buffer.from(challenge));
    const wrong = `v=${createHash("sha256").update("guess").digest("base64")}`;
    await expect(client.next(Buffer.from(wrong))).rejects.toThrow("does not show that it knows the password");
    const other = begin();
    await other.next(Buffer.from(challenge));
    await expect(other.next(Buffer.from("e=other\nerror"))).rejects.toThrow("the server says other error");
  });

  it.each([
    [`r=other,s=AAAA,i=4096`, "nonce does not begin with the client's"],
    [`r=${nonce},s=AAAA,i=4096`, "nonce does not begin with the client's, and go on"],
    [`r=${nonce}x,s=AAAA,i=4095`, "asks for 4095 iterations, outside 4096 to 1000000"],
    [`r=${nonce}x,s=AAAA,i=1000001`, "asks for 1000001 iterations"],
    [`r=${nonce}x,s=AAAA,i=5e3`, "asks for 5e3 iterations"],
    [`m=ext,r=${nonce}x,s=AAAA,i=4096`, "an extension that this client does not know"],
    [`r=${nonce}x,s=AAAA,i=${"9".repeat(1_000)}`, `asks for ${"9".repeat(200)}... iterations`],
    [`r=${nonce}x,i=4096`, "lacks a nonce, a salt or iterations"],
  ])("refuses %s", async (said, words) => {
    await expect(begin().next(Buffer.from(said))).rejects.toThrow(words);
  });

  it("escapes what stands for something else in a user name", () => {
    const client = scram({ hash: "SHA-512", username: "a=b,c", password: "x", nonce: () => "n" })();
    expect(text(client.first())).toBe("n,,n=a=3Db=2Cc,r=n");
  });

  it("proves itself by SHA-512 to a server that checks", async () => {
    const client = scram({ hash: "SHA-512", username: "u", password: "geheim ü", nonce: () => "abc" })();
    const salt = Buffer.from("pepper");
    const first = `r=abcdef,s=${salt.toString("base64")},i=5000`;
    const final = text(await client.next(Buffer.from(first)));
    const salted = pbkdf2Sync("geheim ü", salt, 5000, 64, "sha512");
    const mac = (key: Uint8Array, said: string): Buffer => createHmac("sha512", key).update(said).digest();
    const whole = `n=u,r=abc,${first},c=biws,r=abcdef`;
    const proof = Buffer.from(final.slice(final.indexOf("p=") + 2), "base64");
    const stored = createHash("sha512").update(mac(salted, "Client Key")).digest();
    const signature = mac(stored, whole);
    const clientKey = Buffer.from(proof.map((byte, at) => byte ^ (signature[at] as number)));
    expect(createHash("sha512").update(clientKey).digest()).toEqual(stored);
    const verifier = mac(mac(salted, "Server Key"), whole).toString("base64");
    expect(await client.next(Buffer.from(`v=${verifier}`))).toBeUndefined();
  });
});
