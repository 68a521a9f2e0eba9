import { describe, expect, it } from "vitest";

import { isKnownHost, isLoopback } from "./hosts.ts";

describe("isKnownHost", () => {
  it.each([
    "127.0.0.1:9190",
    "10.1.2.3",
    "[::1]:9190",
    "[2001:db8::1]",
    "localhost",
    "LOCALHOST:9190",
    "Pagoda.Test:9190",
  ])("goes by %s", (host) => {
    expect(isKnownHost(host, ["pagoda.test"])).toBe(true);
  });

  it.each([
    "",
    "evil.test",
    "evil.test:9190",
    "localhost.evil.test",
    "127.0.0.1.evil.test",
    "127.1",
    "[::1]evil.test",
    "localhost:9190@evil.test",
    "pagoda.test evil.test",
    "xpagoda.test",
  ])("does not go by %j", (host) => {
    expect(isKnownHost(host, ["pagoda.test"])).toBe(false);
  });
});

describe("isLoopback", () => {
  it.each(["127.0.0.1", "127.8.8.8", "::1", "localhost"])("%s is", (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each(["", "0.0.0.0", "::", "10.0.0.1", "127.evil.test", "pagoda.test", "::ffff:127.0.0.1"])(
    "%j is not",
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});
