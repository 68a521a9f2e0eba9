import { describe, expect, it } from "vitest";

import { firstBytes } from "../../test/golden/first-bytes.ts";
import { readClientHello } from "./client-hello.ts";

function captured(client: string): Buffer {
  return Buffer.from(
    firstBytes.find((each) => each.protocol === "tls" && each.client === client)?.hex ?? "",
    "hex",
  );
}

/** Big-endian, `width` bytes. */
function number(value: number, width: number): Buffer {
  return Buffer.from(value.toString(16).padStart(width * 2, "0"), "hex");
}

function vector(width: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([number(content.length, width), content]);
}

const extension = (type: number, ...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([number(type, 2), vector(2, ...parts)]);
const serverName = (name: string, type = 0): Buffer =>
  extension(0, vector(2, number(type, 1), vector(2, Buffer.from(name, "latin1"))));
const alpn = (...names: readonly string[]): Buffer =>
  extension(16, vector(2, ...names.map((name) => vector(1, Buffer.from(name)))));

/** A ClientHello with these extensions, in records of at most `recordBytes`. */
function hello(extensions: readonly Buffer[], recordBytes = 16_384): Buffer {
  const body = Buffer.concat([
    number(0x0303, 2),
    Buffer.alloc(32, 7),
    vector(1, Buffer.alloc(32, 8)),
    vector(2, number(0x1301, 2)),
    vector(1, number(0, 1)),
    vector(2, ...extensions),
  ]);
  return records(Buffer.concat([number(1, 1), vector(3, body)]), recordBytes);
}

function records(message: Buffer, recordBytes: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < message.length; at += recordBytes) {
    parts.push(number(0x160301, 3), vector(2, message.subarray(at, at + recordBytes)));
  }
  return Buffer.concat(parts);
}

describe("readClientHello", () => {
  it("reads what real clients say, once the last byte is there", () => {
    const said = {
      curl: { serverName: "example.com", alpn: ["h2", "http/1.1"] },
      openssl: { serverName: "kafka.example.com", alpn: ["kafka", "h2"] },
      "openssl, TLS 1.2, neither SNI nor ALPN": {},
      "openssl, two records": {
        serverName: "b-1.test",
        alpn: Array.from({ length: 60 }, (_, n) => `protocol-${n}`),
      },
      node: { serverName: "node.test" },
    };
    for (const [client, facts] of Object.entries(said)) {
      const bytes = captured(client);
      for (let length = 0; length < bytes.length; length++) {
        expect(readClientHello(bytes.subarray(0, length))).toBeUndefined();
      }
      expect(readClientHello(bytes)).toEqual(facts);
    }
  });

  it("reads a hello that is spread over records of one byte each", () => {
    const bytes = hello([serverName("a.test"), alpn("h2")], 1);
    expect(readClientHello(bytes.subarray(0, -1))).toBeUndefined();
    expect(readClientHello(bytes)).toEqual({ serverName: "a.test", alpn: ["h2"] });
  });

  it("does not mind what follows the hello", () => {
    const bytes = Buffer.concat([hello([serverName("a.test")]), Buffer.alloc(40, 0xff)]);
    expect(readClientHello(bytes)).toEqual({ serverName: "a.test" });
  });

  it.each(["", "a b", "a\nb", "a\0b", "ü", "x".repeat(256), "../etc", "[::1]"])(
    "leaves out the server name %j, which is no host name",
    (name) => {
      expect(readClientHello(hello([serverName(name), alpn("h2")]))).toEqual({ alpn: ["h2"] });
    },
  );

  it("looks for a host name among names of other types", () => {
    const names = [
      number(9, 1),
      vector(2, Buffer.from("other")),
      number(0, 1),
      vector(2, Buffer.from("a.test")),
    ];
    expect(readClientHello(hello([extension(0, vector(2, ...names))]))).toEqual({ serverName: "a.test" });
    expect(readClientHello(hello([serverName("a.test", 1)]))).toEqual({});
  });

  it("takes the first of two extensions of one type", () => {
    expect(readClientHello(hello([serverName("a.test"), serverName("b.test")]))).toEqual({
      serverName: "a.test",
    });
  });

  it("has nothing to say of a hello whose records are not of the handshake, or empty", () => {
    const bytes = hello([serverName("a.test")], 60);
    const alert = Buffer.from(bytes);
    alert.writeUInt8(21, 65);
    expect(readClientHello(alert)).toEqual({});
    expect(readClientHello(Buffer.concat([bytes.subarray(0, 65), number(0x1603010000, 5)]))).toEqual({});
  });

  it("has nothing to say of a hello with lengths that do not fit", () => {
    const whole = hello([serverName("a.test"), alpn("h2")]).subarray(5);
    for (let length = 4; length < whole.length; length++) {
      const cut = Buffer.concat([number(1, 1), vector(3, whole.subarray(4, length))]);
      const facts = readClientHello(records(cut, 16_384)) ?? {};
      expect([{}, { serverName: "a.test" }, { serverName: "a.test", alpn: [] }]).toContainEqual(facts);
    }
  });
});
