import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { fakeTime, layerContract, mockService } from "../testing/index.ts";
import { timeout } from "./timeout.ts";

layerContract("timeout", () => timeout({ timeoutMs: 1e6 }));

describe("timeout", () => {
  const time = fakeTime();

  it("fails with TIMEOUT and cancels the inner call", async () => {
    const inner = mockService<string, string>();
    const answer = timeout<string, string>({ timeoutMs: 100 })(inner.service).call(
      "ping",
      Context.background(),
    );
    const settled = expect(answer).rejects.toMatchObject({
      code: "TIMEOUT",
      timeoutMs: 100,
      retriable: true,
    });
    await time.advance(100);
    await settled;
    expect(inner.calls[0]?.cx.cancelled).toBe(true);
  });

  it("settles even when the inner service ignores cancellation", async () => {
    const deaf = timeout<string, string>({ timeoutMs: 100 })({ call: () => new Promise(() => {}) });
    const settled = expect(deaf.call("ping", Context.background())).rejects.toMatchObject({
      code: "TIMEOUT",
    });
    await time.advance(100);
    await settled;
  });

  it("tells the inner service its deadline", async () => {
    const inner = mockService<string, string>();
    const answer = timeout<string, string>({ timeoutMs: 100 })(inner.service).call(
      "ping",
      Context.background(),
    );
    await time.advance(40);
    expect(inner.calls[0]?.cx.remainingMs()).toBe(60);
    inner.calls[0]?.respond("pong");
    await answer;
  });

  it("adds what a request asks to wait by itself", async () => {
    const inner = mockService<number, string>();
    const outer = timeout<number, string>({ timeoutMs: 100, waitMs: (request) => request })(inner.service);
    const failed = [0, 500, 2 ** 31].map((waitMs) =>
      expect(outer.call(waitMs, Context.background())).rejects.toMatchObject({ code: "TIMEOUT" }),
    );
    await time.advance(100);
    expect(inner.calls.map(({ cx }) => cx.cancelled)).toEqual([true, false, false]);
    await time.advance(500);
    expect(inner.calls.map(({ cx }) => cx.cancelled)).toEqual([true, true, false]);
    await time.advance(0x7fff_ffff);
    await Promise.all(failed);
  });

  it("lets a request take as long as it takes that says so", async () => {
    const inner = mockService<string, string>();
    const outer = timeout<string, string>({ timeoutMs: 100, waitMs: () => Infinity })(inner.service);
    const answer = outer.call("join", Context.background());
    await time.advance(1e6);
    (await inner.call(0)).respond("joined");
    expect(await answer).toBe("joined");
  });

  it.each([0, -1, Number.NaN, Infinity, 2 ** 31])("refuses timeoutMs %s", (timeoutMs) => {
    expect(() => timeout({ timeoutMs })).toThrow(
      `timeoutMs must be > 0 and at most 2147483647 ms, got ${timeoutMs}`,
    );
  });
});
