import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { encodeProxyHeader } from "./encode.ts";
import { tlvTypes } from "./header.ts";
import type { ProxyAddresses, ProxyHeader, Tlv } from "./header.ts";
import { parseProxyHeader } from "./parse.ts";
import { crc32c } from "./crc32c.ts";

const sig = "0d0a0d0a000d0a515549540a";

function parse(text: string): ReturnType<typeof parseProxyHeader> {
  return parseProxyHeader(Buffer.from(text, "latin1"));
}

function parseHex(hex: string): ReturnType<typeof parseProxyHeader> {
  return parseProxyHeader(Buffer.from(hex.replaceAll(" ", ""), "hex"));
}

/** Headers of either version that the other end can read back as they are. */
const port = fc.integer({ min: 0, max: 65_535 });
const endpoint4 = fc.record({ host: fc.ipV4(), port });
const endpoint6 = fc.record({
  host: fc.constantFrom("::1", "2001:db8::1", "fd00::a:b", "::ffff:a00:1"),
  port,
});
const path = fc.stringMatching(/^\/[a-z/.é]{0,50}$/);
const inet4 = fc.record({ family: fc.constant("inet" as const), source: endpoint4, destination: endpoint4 });
const inet6 = fc.record({ family: fc.constant("inet6" as const), source: endpoint6, destination: endpoint6 });
const unix = fc.record({ family: fc.constant("unix" as const), source: path, destination: path });
const unspec = fc.constant({ family: "unspec" as const });
const tlv: fc.Arbitrary<Tlv> = fc.record({
  type: fc.integer({ min: 0, max: 255 }).filter((type) => type !== tlvTypes.crc32c),
  value: fc.uint8Array({ maxLength: 40 }),
});
const version1: fc.Arbitrary<ProxyHeader> = fc.oneof(
  fc.oneof(inet4, inet6).map(header1),
  fc.constant({ ...header1({ family: "unspec" }), transport: "unspec" as const }),
);
const version2: fc.Arbitrary<ProxyHeader> = fc.oneof(
  fc.record({
    version: fc.constant(2 as const),
    command: fc.constant("proxy" as const),
    transport: fc.constantFrom("unspec" as const, "stream" as const, "datagram" as const),
    addresses: fc.oneof(inet4, inet6, unix, unspec) as fc.Arbitrary<ProxyAddresses>,
    tlvs: fc.array(tlv, { maxLength: 5 }),
  }),
  fc.record({
    version: fc.constant(2 as const),
    command: fc.constant("local" as const),
    transport: fc.constant("unspec" as const),
    addresses: unspec,
    tlvs: fc.constant([]),
  }),
);
const anyHeader = fc.oneof(version1, version2);

function header1(addresses: ProxyAddresses): ProxyHeader {
  return { version: 1, command: "proxy", transport: "stream", addresses, tlvs: [] };
}

describe("parseProxyHeader reads version 1", () => {
  it("TCP4", () => {
    const line = "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n";
    expect(parse(`${line}GET / HTTP/1.1\r\n`)).toEqual({
      state: "header",
      length: line.length,
      header: header1({
        family: "inet",
        source: { host: "192.168.0.1", port: 56_324 },
        destination: { host: "192.168.0.11", port: 443 },
      }),
    });
  });

  it("TCP6", () => {
    expect(parse("PROXY TCP6 2001:db8::1 ::1 0 65535\r\n")).toMatchObject({
      header: { addresses: { family: "inet6", source: { host: "2001:db8::1", port: 0 } } },
    });
  });

  it("the longest lines that the specification lists", () => {
    const address = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    expect(parse(`PROXY TCP6 ${address} ${address} 65535 65535\r\n`).state).toBe("header");
    const unknown = `PROXY UNKNOWN ${address} ${address} 65535 65535\r\n`;
    expect(unknown).toHaveLength(107);
    expect(parse(unknown)).toMatchObject({ length: 107, header: { addresses: { family: "unspec" } } });
  });

  it.each([
    ["PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n", "the protocol is none of TCP4, TCP6 and UNKNOWN"],
    ["PROXY tcp4 1.2.3.4 1.2.3.4 1 2\r\n", "the protocol is none of TCP4, TCP6 and UNKNOWN"],
    ["PROXY \r\n", "the protocol is none of TCP4, TCP6 and UNKNOWN"],
    ["PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n", "4 fields follow TCP4, got 3"],
    ["PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n", "4 fields follow TCP4, got 5"],
    ["PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n", "4 fields follow TCP4, got 5"],
    ["PROXY TCP4 ::1 1.2.3.4 1 2\r\n", "an address is not one of TCP4"],
    ["PROXY TCP6 1.2.3.4 ::1 1 2\r\n", "an address is not one of TCP6"],
    ["PROXY TCP4 1.2.3.04 1.2.3.4 1 2\r\n", "an address is not one of TCP4"],
    ["PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n", "a port is not a whole number from 0 to 65535"],
    ["PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n", "a port is not a whole number from 0 to 65535"],
    ["PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n", undefined],
    [`PROXY ${"x".repeat(101)}`, "no end of line within 107 bytes"],
  ])("and refuses %j", (line, fault) => {
    expect(parse(line)).toEqual(fault === undefined ? { state: "more" } : { state: "invalid", fault });
  });
});

describe("parseProxyHeader reads version 2", () => {
  it("TCP over IPv4", () => {
    expect(parseHex(`${sig} 21 11 000c c0a80001 c0a8000b dc04 01bb ffff`)).toEqual({
      state: "header",
      length: 28,
      header: {
        version: 2,
        command: "proxy",
        transport: "stream",
        addresses: {
          family: "inet",
          source: { host: "192.168.0.1", port: 56_324 },
          destination: { host: "192.168.0.11", port: 443 },
        },
        tlvs: [],
      },
    });
  });

  it("extensions, unknown ones too", () => {
    expect(
      parseHex(`${sig} 21 11 0018 c0a80001 c0a8000b dc04 01bb 02 0003 612e62 ea 0003 000102`),
    ).toMatchObject({
      header: {
        tlvs: [
          { type: tlvTypes.authority, value: Uint8Array.from(Buffer.from("a.b")) },
          { type: 0xea, value: Uint8Array.of(0, 1, 2) },
        ],
      },
    });
  });

  it("LOCAL, whatever its family and bytes", () => {
    for (const rest of [
      "00 0000",
      "00 0003 ffffff",
      "00 0004 ea000100",
      "11 000c c0a80001c0a8000bdc0401bb",
      "21 0001 00",
    ]) {
      expect(parseHex(`${sig} 20 ${rest}`)).toMatchObject({
        state: "header",
        header: { command: "local", addresses: { family: "unspec" }, tlvs: [] },
      });
    }
  });

  it("UNSPEC with addresses that are to be ignored", () => {
    expect(parseHex(`${sig} 21 00 000c c0a80001 c0a8000b dc04 01bb`)).toMatchObject({
      state: "header",
      length: 28,
      header: { command: "proxy", addresses: { family: "unspec" } },
    });
  });

  it("a path of a UNIX socket that fills its field", () => {
    const full = `/${"a".repeat(107)}`;
    const hex = Buffer.from(full.padEnd(216, "\0")).toString("hex");
    expect(parseHex(`${sig} 21 31 00d8 ${hex}`)).toMatchObject({
      header: { addresses: { family: "unix", source: full, destination: "" } },
    });
  });

  it.each([
    ["11 11 000c", "version 1 in a header of version 2"],
    ["31 11 000c", "version 3 in a header of version 2"],
    ["22 11 000c", "command 2 is neither LOCAL nor PROXY"],
    ["21 41 000c", "address family 4 is unknown"],
    ["21 13 000c", "transport 3 is unknown"],
    ["21 11 0002 0000", "12 bytes hold two IP addresses and ports, got 2"],
    ["21 21 0002 0000", "36 bytes hold two IP addresses and ports, got 2"],
    ["21 31 0002 0000", "216 bytes hold two UNIX addresses, got 2"],
    ["21 11 000e c0a80001c0a8000bdc0401bb 0100", "an extension runs past its end"],
    ["21 11 0010 c0a80001c0a8000bdc0401bb 01000200", "an extension runs past its end"],
    ["21 11 0013 c0a80001c0a8000bdc0401bb 03000400000000", "its checksum is wrong"],
    ["21 11 0010 c0a80001c0a8000bdc0401bb 03000100", "its checksum is wrong"],
  ])("and refuses %s", (rest, fault) => {
    expect(parseHex(`${sig} ${rest}`)).toEqual({ state: "invalid", fault });
  });

  it("and checks the checksum", () => {
    expect(crc32c(Buffer.from("123456789"))).toBe(0xe306_9283);
    fc.assert(
      fc.property(version2, fc.nat(), (header, at) => {
        const bytes = encodeProxyHeader(header, { checksum: true });
        expect(parseProxyHeader(bytes)).toMatchObject({ state: "header", header: { tlvs: header.tlvs } });
        fc.pre(header.addresses.family !== "unspec");
        // A bit of an address: what else could be changed unseen.
        const broken = Buffer.from(bytes);
        const place = 16 + (at % 8);
        broken.writeUInt8(broken.readUInt8(place) ^ 1, place);
        expect(parseProxyHeader(broken)).toEqual({ state: "invalid", fault: "its checksum is wrong" });
      }),
    );
  });
});

describe("parseProxyHeader", () => {
  it("reads back what encodeProxyHeader writes, and says where it ends", () => {
    fc.assert(
      fc.property(anyHeader, fc.uint8Array({ maxLength: 20 }), (header, rest) => {
        const bytes = encodeProxyHeader(header);
        expect(parseProxyHeader(Buffer.concat([bytes, rest]))).toEqual({
          state: "header",
          header,
          length: bytes.length,
        });
      }),
    );
  });

  it("asks for more at every cut", () => {
    fc.assert(
      fc.property(anyHeader, (header) => {
        const bytes = encodeProxyHeader(header);
        for (let cut = 0; cut < bytes.length; cut++) {
          expect(parseProxyHeader(bytes.subarray(0, cut)).state).toBe("more");
        }
      }),
    );
  });

  it("knows at the first byte that differs that it is no header", () => {
    expect(parse("PRI * HTTP/2.0\r\n").state).toBe("none");
    expect(parse("PR").state).toBe("more");
    expect(parse("\r\n\r\n\0\r\nQUIX").state).toBe("none");
    expect(parse("\x16\x03\x01").state).toBe("none");
    expect(parse("PROXYING").state).toBe("none");
  });

  it("never throws, whatever the bytes", () => {
    const random = fc.uint8Array({ maxLength: 300 });
    const afterSignature = random.map((bytes) => Buffer.concat([Buffer.from(sig, "hex"), bytes]));
    const afterPrefix = random.map((bytes) => Buffer.concat([Buffer.from("PROXY "), bytes]));
    fc.assert(
      fc.property(fc.oneof(random, afterSignature, afterPrefix), (bytes) => {
        expect(["more", "header", "none", "invalid"]).toContain(parseProxyHeader(Buffer.from(bytes)).state);
      }),
      { numRuns: 1_000 },
    );
  });

  it("keeps no view of the bytes it was given", () => {
    const bytes = encodeProxyHeader({
      version: 2,
      command: "proxy",
      transport: "stream",
      addresses: { family: "unspec" },
      tlvs: [{ type: tlvTypes.uniqueId, value: Uint8Array.of(1, 2, 3) }],
    });
    const parsed = parseProxyHeader(bytes);
    bytes.fill(0);
    expect(parsed).toMatchObject({ header: { tlvs: [{ value: Uint8Array.of(1, 2, 3) }] } });
  });
});
