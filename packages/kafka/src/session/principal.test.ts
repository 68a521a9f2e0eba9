import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { readPrincipal } from "./principal.ts";

const jwt = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
const subject = jwt({ sub: "carol" });

describe("readPrincipal", () => {
  it.each([
    ["PLAIN", "\0alice\0secret", "alice"],
    ["PLAIN", "alice\0alice\0secret", "alice"],
    ["PLAIN", "\0Zoë\0secret", "Zoë"],
    ["SCRAM-SHA-256", "n,,n=bob,r=fyko+d2lbbFgONRv9qkxdawL", "bob"],
    ["SCRAM-SHA-512", "n,a=bob,n=bob,r=abc", "bob"],
    ["SCRAM-SHA-512", "n,,n=a=2Cb=3D2C,r=abc", "a,b=2C"],
    ["OAUTHBEARER", `n,,\u0001auth=Bearer ${subject}\u0001\u0001`, "carol"],
    ["OAUTHBEARER", `n,a=x,\u0001traceId=1\u0001auth=Bearer ${subject}\u0001\u0001`, "carol"],
  ])("%s: %j is %j", (mechanism, token, principal) => {
    expect(readPrincipal(mechanism, Buffer.from(token))).toBe(principal);
  });

  it.each([
    ["PLAIN", ""],
    ["PLAIN", "alice"],
    ["PLAIN", "\0alice"],
    ["PLAIN", "\0\0secret"],
    ["SCRAM-SHA-256", "c=biws,r=abc,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="],
    ["SCRAM-SHA-256", "n,,n=a=b,r=abc"],
    ["SCRAM-SHA-256", "n,,n=tokenid,r=abc,tokenauth=true"],
    ["OAUTHBEARER", "\u0001"],
    ["OAUTHBEARER", "n,,\u0001auth=Bearer opaque\u0001\u0001"],
    ["OAUTHBEARER", "n,,\u0001auth=Bearer a.b.c\u0001\u0001"],
    ["OAUTHBEARER", `n,,\u0001auth=Bearer ${jwt({ sub: 7 })}\u0001\u0001`],
    ["OAUTHBEARER", `n,,\u0001auth=Bearer ${jwt(null)}\u0001\u0001`],
    ["GSSAPI", "\0alice\0secret"],
  ])("%s: %j is nobody", (mechanism, token) => {
    expect(readPrincipal(mechanism, Buffer.from(token))).toBeUndefined();
  });

  it("OAUTHBEARER: of several tokens the last one counts, which is the one that brokers verify", () => {
    const [forged, verified] = [jwt({ sub: "alice" }), jwt({ sub: "bob" })];
    const token = `n,,\u0001auth=Bearer ${forged}\u0001auth=Bearer ${verified}\u0001\u0001`;
    expect(readPrincipal("OAUTHBEARER", Buffer.from(token))).toBe("bob");
    const opaque = `n,,\u0001auth=Bearer ${forged}\u0001auth=Bearer opaque\u0001\u0001`;
    expect(readPrincipal("OAUTHBEARER", Buffer.from(opaque))).toBeUndefined();
  });

  it("never answers what is a password", () => {
    const text = fc.string({ minLength: 1 }).map((value) => value.replaceAll("\0", "x"));
    fc.assert(
      fc.property(text, text, (user, password) => {
        expect(readPrincipal("PLAIN", Buffer.from(`\0${user}\0${password}`))).toBe(
          Buffer.from(user).toString(),
        );
      }),
    );
  });

  it("takes any bytes", () => {
    const mechanisms = fc.constantFrom("PLAIN", "SCRAM-SHA-256", "OAUTHBEARER");
    fc.assert(
      fc.property(mechanisms, fc.uint8Array(), (mechanism, token) => {
        const principal = readPrincipal(mechanism, token);
        expect(principal).not.toBe("");
      }),
    );
  });
});
