import * as fc from "fast-check";
import { isIPv6 } from "node:net";
import { describe, expect, it } from "vitest";

import { ipBytes, ipText } from "./ip.ts";

describe("an IP address", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1"],
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["2001:DB8::0:1", "2001:db8::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["10:0:0:100:0:0:0:10", "10:0:0:100::10"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["::ffff:10.0.0.1", "::ffff:a00:1"],
    ["fe80::1%eth0", "fe80::1"],
  ])("%s is the same as %s", (text, canonical) => {
    const bytes = ipBytes(text);
    expect(bytes && ipText(bytes)).toBe(canonical);
  });

  it.each(["", "localhost", "1.2.3", "::1::", "/run/kafka.sock"])("%j is none", (text) => {
    expect(ipBytes(text)).toBeUndefined();
  });

  it("survives the way to text and back", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc
        .array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 })
        .map((all) => Uint8Array.from(all)),
    );
    fc.assert(
      fc.property(bytes, (bytes) => {
        const text = ipText(bytes);
        expect(isIPv6(text)).toBe(true);
        expect(ipBytes(text)).toEqual(bytes);
      }),
    );
  });
});
