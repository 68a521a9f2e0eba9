import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { CancelledError, classify, ClosedError, messageOf, ProxyError } from "./error.ts";

class TestError extends ProxyError {
  readonly code = "TEST";
  readonly retriable = true;
  readonly kind = "overload";
}

describe("ProxyError", () => {
  it("is named after its class", () => {
    expect(new TestError("too much").name).toBe("TestError");
    expect(String(new TestError("too much"))).toBe("TestError: too much");
  });

  it("is known even when it comes from another copy of the package", () => {
    expect(ProxyError.is(new TestError("ours"))).toBe(true);
    expect(ProxyError.is({ "~pagoda/ProxyError": true })).toBe(true);
    expect(ProxyError.is(new Error("not ours"))).toBe(false);
    expect(ProxyError.is(null)).toBe(false);
    expect(ProxyError.is("~pagoda/ProxyError")).toBe(false);
  });
});

describe("classify", () => {
  it("takes our errors at their word", () => {
    expect(classify(new TestError("x"))).toEqual({ kind: "overload", code: "TEST", retriable: true });
    expect(classify(new CancelledError())).toEqual({
      kind: "cancelled",
      code: "CANCELLED",
      retriable: false,
    });
    expect(classify(new ClosedError())).toEqual({ kind: "unavailable", code: "CLOSED", retriable: true });
  });

  it.each([
    ["ECONNREFUSED", "unavailable", true],
    ["ECONNRESET", "unavailable", true],
    ["ENOTFOUND", "unavailable", true],
    ["EPIPE", "unavailable", true],
    ["ETIMEDOUT", "timeout", true],
    ["EMFILE", "overload", true],
    ["EACCES", "denied", false],
    ["EADDRINUSE", "invalid", false],
    ["EPROTO", "protocol", false],
  ])("knows %s as %s", (code, kind, retriable) => {
    expect(classify(Object.assign(new Error("system"), { code }))).toEqual({ kind, code, retriable });
  });

  it("calls what it does not know internal, and keeps its code", () => {
    expect(classify(new Error("?"))).toEqual({ kind: "internal", code: "INTERNAL", retriable: false });
    expect(classify(Object.assign(new Error("?"), { code: "ERR_ODD" }))).toEqual({
      kind: "internal",
      code: "ERR_ODD",
      retriable: false,
    });
  });

  it("knows what an aborted signal rejects with", () => {
    const controller = new AbortController();
    controller.abort();
    expect(classify(controller.signal.reason)).toEqual({
      kind: "cancelled",
      code: "ABORT_ERR",
      retriable: false,
    });
  });

  it("knows what a signal with a timeout rejects with", () => {
    expect(classify(new DOMException("timed out", "TimeoutError"))).toEqual({
      kind: "timeout",
      code: "TIMEOUT_ERR",
      retriable: true,
    });
  });
});

describe("messageOf", () => {
  it("is the message of an error, or the string itself", () => {
    expect(messageOf(new Error("broken"))).toBe("broken");
    expect(messageOf("broken")).toBe("broken");
  });

  it("shows what else was thrown on one line", () => {
    expect(messageOf({ status: 503, text: "unavailable" })).toBe("{ status: 503, text: 'unavailable' }");
    expect(messageOf(undefined)).toBe("undefined");
    expect(messageOf("")).toBe("''");
  });

  it("finds the messages in the parts when several attempts failed", () => {
    const attempts = ["connect ECONNREFUSED ::1:9092", "connect ECONNREFUSED 127.0.0.1:9092"];
    const error = new AggregateError([...attempts, attempts[0]].map((message) => new Error(message)));
    expect(messageOf(error)).toBe("connect ECONNREFUSED ::1:9092; connect ECONNREFUSED 127.0.0.1:9092");
  });

  it("falls back on the code, then on the name", () => {
    expect(messageOf(Object.assign(new Error(), { code: "ECONNRESET" }))).toBe("ECONNRESET");
    expect(messageOf(new TypeError())).toBe("TypeError");
    expect(messageOf(new AggregateError([]))).toBe("AggregateError");
  });
});

describe("classify and messageOf", () => {
  it("have an answer to anything that can be thrown", () => {
    const thrown = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true });
    const error = fc.record({ message: fc.string(), code: fc.anything() }).map((parts) => {
      return Object.assign(new Error(parts.message), { code: parts.code });
    });
    fc.assert(
      fc.property(fc.oneof(thrown, error), (value) => {
        expect(messageOf(value)).not.toBe("");
        expect(classify(value)).toMatchObject({ code: expect.any(String), retriable: expect.any(Boolean) });
      }),
    );
  });
});
