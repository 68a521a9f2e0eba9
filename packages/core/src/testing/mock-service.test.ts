import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { mockService } from "./mock-service.ts";

describe("mockService", () => {
  it("answers when it is told to, in any order", async () => {
    const mock = mockService<string, string>();
    const answers = ["a", "b"].map((request) => mock.service.call(request, Context.background()));
    expect(mock.calls.map(({ request }) => request)).toEqual(["a", "b"]);
    mock.calls[1]?.fail(new Error("no"));
    mock.calls[0]?.respond("A");
    await expect(answers[0]).resolves.toBe("A");
    await expect(answers[1]).rejects.toThrow("no");
  });

  it("rejects with the reason when the call is cancelled", async () => {
    const mock = mockService<string, string>();
    const cx = Context.background().fork();
    const settled = expect(mock.service.call("ping", cx)).rejects.toThrow("gone");
    cx.cancel(new Error("gone"));
    await settled;
  });

  it("leaves no listener behind an answered call", async () => {
    const mock = mockService<string, string>();
    const cx = Context.background().fork();
    const answer = mock.service.call("ping", cx);
    expect(cx.attached).toBe(1);
    mock.calls[0]?.respond("pong");
    await answer;
    expect(cx.attached).toBe(0);
  });

  it("waits for a call that is some microtasks away", async () => {
    const mock = mockService<string, string>();
    void Promise.resolve()
      .then(() => {})
      .then(() => mock.service.call("ping", Context.background()));
    expect((await mock.call(0)).request).toBe("ping");
  });

  it("says so when a call does not come", async () => {
    const mock = mockService<string, string>();
    await expect(mock.call(0)).rejects.toThrow("call 0 did not arrive: the service got 0 calls");
  });

  it("counts how often it was disposed, and has the status it was given", async () => {
    const mock = mockService<string, string>();
    expect(mock.service.status()).toBe("open");
    mock.status = "busy";
    expect(mock.service.status()).toBe("busy");
    expect(mock.disposals).toBe(0);
    await mock.service[Symbol.asyncDispose]();
    await mock.service[Symbol.asyncDispose]();
    expect(mock.disposals).toBe(1);
  });
});
