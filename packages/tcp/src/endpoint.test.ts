import { ProxyError } from "@pagoda/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { formatEndpoint, parseEndpoint } from "./endpoint.ts";

describe("parseEndpoint", () => {
  it.each([
    ["127.0.0.1:9092", "127.0.0.1", 9092],
    ["kafka-0.kafka.svc.cluster.local:9092", "kafka-0.kafka.svc.cluster.local", 9092],
    ["kafka.example.com.:443", "kafka.example.com.", 443],
    ["my_broker:1", "my_broker", 1],
    ["[::1]:9092", "::1", 9092],
    ["[fe80::1%eth0]:9092", "fe80::1%eth0", 9092],
    [":9092", "", 9092],
    ["localhost:0", "localhost", 0],
    ["localhost:65535", "localhost", 65_535],
  ])("reads %s", (text, host, port) => {
    expect(parseEndpoint(text)).toEqual({ host, port });
  });

  it.each([
    ["", "it is empty"],
    ["localhost", "a port is missing"],
    ["localhost:", "the port is empty"],
    ["localhost:http", 'the port must be a whole number from 0 to 65535, got "http"'],
    ["localhost:65536", 'the port must be a whole number from 0 to 65535, got "65536"'],
    ["localhost:-1", 'the port must be a whole number from 0 to 65535, got "-1"'],
    ["localhost:1e3", 'the port must be a whole number from 0 to 65535, got "1e3"'],
    ["localhost: 80", 'the port must be a whole number from 0 to 65535, got " 80"'],
    ["::1", "write an IPv6 address in brackets, like [::1]:9092"],
    ["fe80::1%eth0:9092", "write an IPv6 address in brackets, like [fe80::1%eth0:9092]:9092"],
    ["[::1]", "a port is missing after the brackets"],
    ["[::1]9092", "a port is missing after the brackets"],
    ["[localhost]:9092", "[localhost] is not an IPv6 address"],
    ["[127.0.0.1]:9092", "[127.0.0.1] is not an IPv6 address"],
    ["http://localhost:80", '"http://localhost" is neither a name nor an IP address'],
    ["127.0.0:80", '"127.0.0" is neither a name nor an IP address'],
    ["1.2.3.256:80", '"1.2.3.256" is neither a name nor an IP address'],
    ["-kafka:80", '"-kafka" is neither a name nor an IP address'],
    ["a..b:80", '"a..b" is neither a name nor an IP address'],
    ["two words:80", '"two words" is neither a name nor an IP address'],
    [`${"a".repeat(64)}:80`, `"${"a".repeat(64)}" is neither a name nor an IP address`],
  ])("refuses %j and says why", (text, fault) => {
    expect(() => parseEndpoint(text)).toThrow(`${JSON.stringify(text)} is not HOST:PORT: ${fault}`);
  });

  it("refuses with INVALID_ENDPOINT", () => {
    expect(() => parseEndpoint("nowhere")).toThrow(
      expect.objectContaining({
        code: "INVALID_ENDPOINT",
        kind: "invalid",
        retriable: false,
        text: "nowhere",
      }),
    );
  });

  it("throws nothing but its own error", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[[\]:.0-9a-z%-]{0,30}$/)), (text) => {
        try {
          parseEndpoint(text);
        } catch (error) {
          expect(ProxyError.is(error)).toBe(true);
        }
      }),
    );
  });
});

describe("formatEndpoint", () => {
  it("writes what parseEndpoint reads", () => {
    const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain(), fc.constant(""));
    fc.assert(
      fc.property(host, fc.integer({ min: 0, max: 65_535 }), (host, port) => {
        expect(parseEndpoint(formatEndpoint({ host, port }))).toEqual({ host, port });
      }),
    );
  });
});
