import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { firstBytes } from "../../test/golden/first-bytes.ts";
import { readClientHello } from "./client-hello.ts";
import { defaultDetectors } from "./detect.ts";

/** Real first bytes with some of them changed and others behind: near misses, mostly. */
const damaged = fc
  .tuple(
    fc.constantFrom(...firstBytes.map(({ hex }) => Buffer.from(hex, "hex"))),
    fc.array(fc.tuple(fc.nat(48), fc.nat(255)), { maxLength: 3 }),
    fc.uint8Array({ maxLength: 32 }),
  )
  .map(([real, changes, behind]) => {
    const bytes = Buffer.concat([real, behind]);
    for (const [at, value] of changes) bytes[at % bytes.length] = value;
    return new Uint8Array(bytes);
  });
const anyBytes = fc.oneof(damaged, fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ maxLength: 2048 }));

describe("each detector, on any bytes", () => {
  it("keeps to its first `match` or `no` when more bytes come", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        for (const { detect } of defaultDetectors) {
          let decided: string | undefined;
          for (let length = 0; length <= bytes.length; length++) {
            const verdict = detect(bytes.subarray(0, length));
            if (decided !== undefined) expect(verdict).toBe(decided);
            else if (verdict !== "more") decided = verdict;
          }
        }
      }),
    );
  });

  it("sees nothing beyond the bytes that it is given", () => {
    fc.assert(
      fc.property(anyBytes, fc.nat(), (bytes, cut) => {
        const part = bytes.subarray(0, cut % (bytes.length + 1));
        for (const { detect, facts } of defaultDetectors) {
          expect(detect(part)).toBe(detect(Uint8Array.from(part)));
          expect(facts?.(part)).toEqual(facts?.(Uint8Array.from(part)));
        }
      }),
    );
  });

  it("has decided after 1,100 bytes", () => {
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 64 })), fc.nat(255), (bytes, filler) => {
        const long = new Uint8Array(1_100).fill(filler);
        long.set(bytes.subarray(0, 1_100));
        for (const { detect } of defaultDetectors) expect(detect(long)).not.toBe("more");
      }),
    );
  });

  it("is the only one that matches", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const matching = defaultDetectors.filter(({ detect }) => detect(bytes) === "match");
        expect(matching.length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("readClientHello, on any bytes", () => {
  it("finds nothing but host names, and keeps to what it found", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        let found: unknown;
        for (let length = 0; length <= bytes.length; length++) {
          const hello = readClientHello(bytes.subarray(0, length));
          if (found !== undefined) expect(hello).toEqual(found);
          if (hello?.serverName !== undefined) expect(hello.serverName).toMatch(/^[a-z0-9._-]{1,255}$/);
          found = hello;
        }
      }),
      { numRuns: 50 },
    );
  });
});
