import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { fakeTime, layerContract, mockService } from "../testing/index.ts";
import { rateLimit } from "./rate-limit.ts";
import type { RateLimitOptions } from "./rate-limit.ts";

layerContract("rateLimit", () => rateLimit({ perSecond: 1, burst: 10 }));

describe("rateLimit", () => {
  const time = fakeTime();

  function build(options: RateLimitOptions) {
    const inner = mockService<string, string>();
    const limited = rateLimit<string, string>(options)(inner.service);
    const cx = Context.background().fork();
    const names = (): string[] => inner.calls.map(({ request }) => request);
    /** Calls and looks at the result later: what came through is in `names()`. */
    const send = (name: string, own = cx): Promise<string> => {
      const answer = limited.call(name, own);
      answer.catch(() => {});
      return answer;
    };
    return { limited, cx, names, send };
  }

  it("lets a burst through, then sheds until there is a token again", async () => {
    const { names, send } = build({ perSecond: 10, burst: 2 });
    void send("a");
    void send("b");
    await expect(send("c")).rejects.toMatchObject({
      code: "RATE_LIMITED",
      kind: "overload",
      retriable: true,
      retryAfterMs: 100,
    });
    await time.advance(99);
    await expect(send("d")).rejects.toMatchObject({ retryAfterMs: 1 });
    await time.advance(1);
    void send("e");
    expect(names()).toEqual(["a", "b", "e"]);
  });

  it("lets the whole burst through at any rate and time", async () => {
    for (let burst = 1; burst <= 60; burst++) {
      const { names, send } = build({ perSecond: burst / 7, burst });
      for (let call = 0; call <= burst; call++) void send("x");
      expect(names()).toHaveLength(burst);
      await time.advance(0.1 + burst);
    }
  });

  it("never holds more tokens than the bucket has room for", async () => {
    const { names, send } = build({ perSecond: 10, burst: 2 });
    await time.advance(60_000);
    for (const name of ["a", "b", "c"]) void send(name);
    expect(names()).toEqual(["a", "b"]);
  });

  it("lets exactly the rate through over a long time", async () => {
    const { names, send } = build({ perSecond: 30, burst: 5 });
    for (let ms = 0; ms < 10_000; ms++) {
      void send("x");
      await time.advance(1);
    }
    // The bucket of 5, and 30 for each second; a third of a millisecond is lost to the grid.
    expect(names().length).toBeGreaterThanOrEqual(5 + 30 * 10 * 0.98);
    expect(names().length).toBeLessThanOrEqual(5 + 30 * 10);
  });

  it("lets calls wait for their token in order, and sheds beyond", async () => {
    const { names, send, limited } = build({ perSecond: 10, burst: 1, maxQueued: 2 });
    for (const name of ["a", "b", "c"]) void send(name);
    await expect(send("d")).rejects.toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 300 });
    expect(limited.status?.()).toBe("busy");
    await time.advance(100);
    expect(names()).toEqual(["a", "b"]);
    await time.advance(100);
    expect(names()).toEqual(["a", "b", "c"]);
    await time.advance(100);
    expect(limited.status?.()).toBe("open");
    expect(time.timers).toBe(0);
  });

  it("gives the turn of a cancelled call to the next one", async () => {
    const { names, send, cx } = build({ perSecond: 10, maxQueued: 2 });
    const gone = cx.fork();
    void send("a");
    const second = send("b", gone);
    void send("c");
    gone.cancel(new Error("gone"));
    await expect(second).rejects.toThrow("gone");
    await time.advance(100);
    expect(names()).toEqual(["a", "c"]);
  });

  it("spends no token on a call that was cancelled before", async () => {
    const { names, send, cx } = build({ perSecond: 10 });
    const gone = cx.fork();
    gone.cancel(new Error("gone"));
    await expect(send("a", gone)).rejects.toThrow("gone");
    void send("b");
    expect(names()).toEqual(["b"]);
  });

  it("leaves no timer when the last waiting call is cancelled", async () => {
    const { send, cx } = build({ perSecond: 10, maxQueued: 2 });
    const gone = cx.fork();
    void send("a");
    const second = send("b", gone);
    expect(time.timers).toBe(1);
    gone.cancel();
    await expect(second).rejects.toMatchObject({ code: "CANCELLED" });
    expect(time.timers).toBe(0);
  });

  it("refuses at once a call whose deadline passes before its turn", async () => {
    const { send, cx } = build({ perSecond: 10, maxQueued: 2 });
    void send("a");
    const hurried = cx.fork({ deadlineMs: performance.now() + 100 });
    await expect(send("b", hurried)).rejects.toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 100 });
  });

  it("sends waiting calls away when it is disposed, and leaves no timer", async () => {
    const { limited, send } = build({ perSecond: 10, maxQueued: 1 });
    void send("a");
    const second = send("b");
    await limited[Symbol.asyncDispose]?.();
    await expect(second).rejects.toMatchObject({ code: "CLOSED" });
    expect(time.timers).toBe(0);
  });

  it.each([
    [{ perSecond: 0 }, "perSecond must be > 0, got 0"],
    [{ perSecond: 1, burst: 0 }, "burst must be a whole number >= 1, got 0"],
    [{ perSecond: 1, maxQueued: 0.5 }, "maxQueued must be a whole number >= 0, got 0.5"],
  ])("refuses %o", (options, message) => {
    expect(() => rateLimit(options)).toThrow(message);
  });
});
