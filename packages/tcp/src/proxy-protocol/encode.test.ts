import { describe, expect, it } from "vitest";

import { addressesOf, encodeProxyHeader } from "./encode.ts";
import type { ProxyHeader } from "./header.ts";

const source = { host: "10.0.0.1", port: 1 };
const destination = { host: "10.0.0.2", port: 2 };
const plain: ProxyHeader = {
  version: 2,
  command: "proxy",
  transport: "stream",
  addresses: { family: "inet", source, destination },
  tlvs: [],
};

describe("encodeProxyHeader", () => {
  it("writes a line in version 1", () => {
    expect(String(encodeProxyHeader({ ...plain, version: 1 }))).toBe("PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n");
  });

  it("writes IPv4 as IPv6 where the two ends differ", () => {
    const addresses = addressesOf(source, { host: "fd00::1%eth0", port: 2 });
    expect(String(encodeProxyHeader({ ...plain, version: 1, addresses }))).toBe(
      "PROXY TCP6 ::ffff:10.0.0.1 fd00::1 1 2\r\n",
    );
    expect(encodeProxyHeader({ ...plain, addresses }).toString("hex", 16)).toBe(
      "00000000000000000000ffff0a000001fd00000000000000000000000000000100010002",
    );
  });

  it.each([
    { ...plain, command: "local" },
    { ...plain, transport: "datagram" },
    { ...plain, addresses: { family: "unix", source: "/a", destination: "/b" } },
    { ...plain, addresses: { family: "unspec" } },
  ] satisfies ProxyHeader[])("has only UNKNOWN for %o in version 1", (header) => {
    expect(String(encodeProxyHeader({ ...header, version: 1 }))).toBe("PROXY UNKNOWN\r\n");
  });

  it("has no words for an end that is no IP address", () => {
    expect(addressesOf(source, { host: "kafka.local", port: 2 })).toEqual({ family: "unspec" });
  });

  it.each([
    [
      { addresses: { family: "inet", source, destination: { host: "::1", port: 1 } } },
      'the family inet is needed, got "::1"',
    ],
    [
      { addresses: { family: "inet", source: { host: "10.0.0.1", port: 65_536 }, destination } },
      "port must be",
    ],
    [
      { addresses: { family: "unix", source: `/${"a".repeat(108)}`, destination: "" } },
      "the bytes of a UNIX path",
    ],
    [{ tlvs: [{ type: 256, value: new Uint8Array() }] }, "the type of an extension must be"],
    [{ tlvs: [{ type: 1, value: new Uint8Array(65_536) }] }, "the bytes of an extension must be"],
    [{ tlvs: [{ type: 1, value: new Uint8Array(65_535) }] }, "the bytes after the fixed part must be"],
  ] satisfies [Partial<ProxyHeader>, string][])("refuses what does not fit", (parts, message) => {
    expect(() => encodeProxyHeader({ ...plain, ...parts })).toThrow(message);
  });
});
