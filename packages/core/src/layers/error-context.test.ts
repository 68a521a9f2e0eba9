import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { CancelledError, classify, ProxyError } from "../error.ts";
import { stack } from "../stack.ts";
import { fakeTime, layerContract, mockService } from "../testing/index.ts";
import { errorContext } from "./error-context.ts";
import { TimeoutError, timeout } from "./timeout.ts";

layerContract("errorContext", () => errorContext({ who: "broker b-3" }), { failures: "wrapped" });

describe("errorContext", () => {
  const time = fakeTime();

  async function failed(who: string | ((request: string) => string), cause: unknown): Promise<unknown> {
    const outer = errorContext<string, string>({ who })({ call: () => Promise.reject(cause) });
    return outer.call("ping", Context.background()).catch((error: unknown) => error);
  }

  it("puts who failed in front of the message, and keeps what the cause says of itself", async () => {
    const cause = new TimeoutError(100);
    const error = await failed("broker b-3:9092", cause);
    expect(error).toMatchObject({
      message: "broker b-3:9092: no response within 100 ms",
      who: "broker b-3:9092",
      cause,
    });
    expect(ProxyError.is(error)).toBe(true);
    expect(classify(error)).toEqual({ kind: "timeout", code: "TIMEOUT", retriable: true });
  });

  it("asks a function about the request that failed", async () => {
    const error = await failed((request) => `handler of ${request}`, new Error("oops"));
    expect(error).toMatchObject({ message: "handler of ping: oops", code: "INTERNAL" });
  });

  it("reads from the left, one name at each boundary", async () => {
    const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    const built = stack<string, string>()
      .push(errorContext({ who: "listener kafka" }))
      .push(errorContext({ who: "broker b-3" }))
      .service(() => Promise.reject(refused));
    await expect(built.call("ping", Context.background())).rejects.toMatchObject({
      message: "listener kafka: broker b-3: connect ECONNREFUSED",
      code: "ECONNREFUSED",
      kind: "unavailable",
      retriable: true,
    });
  });

  it("names what timed out below it", async () => {
    const built = stack<string, string>()
      .push(errorContext({ who: "broker b-3" }))
      .push(timeout({ timeoutMs: 100 }))
      .service(mockService<string, string>().service);
    const settled = expect(built.call("ping", Context.background())).rejects.toThrow(
      "broker b-3: no response within 100 ms",
    );
    await time.advance(100);
    await settled;
  });

  it("blames nobody for the cancellation of the caller", async () => {
    const outer = errorContext<string, string>({ who: "broker b-3" })(mockService<string, string>().service);
    const cx = Context.background().fork();
    const reason = new CancelledError("the client went away");
    const settled = expect(outer.call("ping", cx)).rejects.toBe(reason);
    cx.cancel(reason);
    await settled;
  });

  it("wraps even what is not an error", async () => {
    await expect(failed("broker b-3", { status: 503 })).resolves.toMatchObject({
      message: "broker b-3: { status: 503 }",
    });
  });

  it("refuses a who that is neither string nor function", () => {
    expect(() => errorContext({ who: 3 as never })).toThrow("who must be a string or a function, got 3");
  });
});
