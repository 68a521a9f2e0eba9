import { describe, expect, it } from "vitest";

import { connectError } from "./connect-error.ts";

const endpoint = { host: "kafka.local", port: 9092 };

function failure(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

describe("connectError", () => {
  it.each([
    ["ECONNREFUSED", "CONNECT_REFUSED", "refused", true],
    ["ECONNRESET", "CONNECT_FAILED", "other", true],
    ["ETIMEDOUT", "CONNECT_TIMEOUT", "timeout", true],
    ["EHOSTUNREACH", "CONNECT_FAILED", "other", true],
    ["ENETUNREACH", "CONNECT_FAILED", "other", true],
    ["EADDRNOTAVAIL", "CONNECT_FAILED", "other", false],
    ["ENOTFOUND", "CONNECT_DNS", "dns", false],
    ["EAI_AGAIN", "CONNECT_DNS", "dns", true],
    ["ESOMETHING", "CONNECT_FAILED", "other", false],
  ])("takes %s for %s", (system, code, reason, retriable) => {
    const cause = failure(system);
    expect(connectError(endpoint, "tcp", cause)).toMatchObject({ code, reason, retriable, endpoint, cause });
  });

  it("names the most telling of several addresses' failures", () => {
    const causes = [failure("ENETUNREACH"), failure("ETIMEDOUT"), failure("ECONNREFUSED")];
    expect(connectError(endpoint, "tcp", new AggregateError(causes))).toMatchObject({
      code: "CONNECT_REFUSED",
    });
    expect(connectError(endpoint, "tcp", new AggregateError(causes.slice(0, 2)))).toMatchObject({
      code: "CONNECT_TIMEOUT",
    });
  });

  it.each([
    ["ECONNRESET", "it closed the connection during the handshake"],
    ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "no TLS version and cipher in common"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "it wants a certificate of ours: give one"],
    [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "no authority that is trusted here vouches for its certificate: give its CA",
    ],
    ["ERR_SSL_NEVER_SEEN", "never seen"],
  ])("blames TLS for %s", (system, why) => {
    const error = connectError(endpoint, "tls", failure(system, "never seen"));
    expect(error).toMatchObject({ code: "CONNECT_TLS", reason: "tls", retriable: false });
    expect(error.message).toContain(`cannot connect to kafka.local:9092: TLS: ${why}`);
  });
});
