import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { fakeTime, mockService } from "../testing/index.ts";
import type { MockService } from "../testing/index.ts";
import { idleCache } from "./idle-cache.ts";
import type { IdleCacheOptions } from "./idle-cache.ts";

describe("idleCache", () => {
  const time = fakeTime();

  function build(options: Partial<IdleCacheOptions<string, string, string>> = {}) {
    const made: [key: string, mock: MockService<string, string>][] = [];
    const cache = idleCache<string, string, string>({
      key: (request) => request.charAt(0),
      make: (key) => {
        const mock = mockService<string, string>();
        made.push([key, mock]);
        return mock.service;
      },
      idleMs: 1_000,
      ...options,
    });
    const cx = Context.background().fork();
    const keys = (): string[] => made.map(([key]) => key);
    const disposed = (): string[] => made.filter(([, mock]) => mock.disposals > 0).map(([key]) => key);
    /** The service made last for a key. */
    const of = (key: string): MockService<string, string> | undefined =>
      made.findLast(([k]) => k === key)?.[1];
    const send = (request: string): Promise<string> => {
      const answer = cache.call(request, cx);
      answer.catch(() => {});
      return answer;
    };
    const sendAndAnswer = async (request: string): Promise<void> => {
      const answer = send(request);
      of(request.charAt(0))?.calls.at(-1)?.respond("pong");
      await answer;
    };
    return { cache, cx, keys, disposed, of, send, sendAndAnswer };
  }

  it("makes one service for each key, and answers as it does", async () => {
    const { keys, of, send } = build();
    const answers = [send("a1"), send("a2"), send("b1")];
    expect(keys()).toEqual(["a", "b"]);
    expect(of("a")?.calls.map(({ request }) => request)).toEqual(["a1", "a2"]);
    const failure = new Error("failed");
    of("a")?.calls[0]?.respond("A1");
    of("a")?.calls[1]?.fail(failure);
    of("b")?.calls[0]?.respond("B1");
    await expect(answers[0]).resolves.toBe("A1");
    await expect(answers[1]).rejects.toBe(failure);
    await expect(answers[2]).resolves.toBe("B1");
  });

  it("disposes a service that was idle for so long, and makes it anew when asked", async () => {
    const { keys, disposed, sendAndAnswer } = build();
    await sendAndAnswer("a");
    await time.advance(600);
    await sendAndAnswer("a");
    await time.advance(999);
    expect(disposed()).toEqual([]);
    await time.advance(1);
    expect(disposed()).toEqual(["a"]);
    expect(time.timers).toBe(0);
    await sendAndAnswer("a");
    expect(keys()).toEqual(["a", "a"]);
  });

  it("disposes each service in its own time", async () => {
    const { disposed, sendAndAnswer } = build();
    await sendAndAnswer("a");
    await time.advance(400);
    await sendAndAnswer("b");
    await time.advance(600);
    expect(disposed()).toEqual(["a"]);
    await time.advance(400);
    expect(disposed()).toEqual(["a", "b"]);
  });

  it("keeps a service as long as a call is under way", async () => {
    const { keys, disposed, of, send, sendAndAnswer } = build();
    const long = send("a");
    await sendAndAnswer("a");
    await time.advance(60_000);
    await sendAndAnswer("a");
    expect({ keys: keys(), disposed: disposed() }).toEqual({ keys: ["a"], disposed: [] });
    of("a")?.calls[0]?.respond("at last");
    await expect(long).resolves.toBe("at last");
    await time.advance(1_000);
    expect(disposed()).toEqual(["a"]);
  });

  it("makes room by disposing the one that is idle for longest", async () => {
    const { disposed, sendAndAnswer } = build({ max: 2 });
    await sendAndAnswer("a");
    await sendAndAnswer("b");
    await sendAndAnswer("a");
    await sendAndAnswer("c");
    expect(disposed()).toEqual(["b"]);
  });

  it("fails with CACHE_FULL when all are in use, and serves those it has", async () => {
    const { keys, send } = build({ max: 2 });
    void send("a");
    void send("b");
    await expect(send("c")).rejects.toMatchObject({
      code: "CACHE_FULL",
      kind: "overload",
      retriable: true,
      max: 2,
    });
    void send("a");
    expect(keys()).toEqual(["a", "b"]);
  });

  it("replaces a service that has closed", async () => {
    const { keys, disposed, of, send } = build();
    const old = send("a1");
    const first = of("a");
    if (first !== undefined) first.status = "closed";
    void send("a2");
    expect({ keys: keys(), disposed: disposed() }).toEqual({ keys: ["a", "a"], disposed: [] });
    first?.calls[0]?.respond("old");
    await expect(old).resolves.toBe("old");
    expect(first?.disposals).toBe(1);
    await time.advance(60_000);
    void send("a3");
    expect(keys()).toEqual(["a", "a"]);
  });

  it("passes on that a service could not be made, and keeps nothing", async () => {
    let broken = true;
    const { send } = build({
      max: 1,
      make: () => {
        if (broken) throw new Error("cannot make");
        return { call: async () => "pong" };
      },
    });
    await expect(send("a")).rejects.toThrow("cannot make");
    broken = false;
    await expect(send("b")).resolves.toBe("pong");
  });

  it("makes nothing for a call that was cancelled before", async () => {
    const { cx, keys, send } = build();
    cx.cancel(new Error("gone"));
    await expect(send("a")).rejects.toThrow("gone");
    expect(keys()).toEqual([]);
  });

  it("disposes everything when it is disposed, and takes no more calls", async () => {
    const { cache, cx, disposed, send, sendAndAnswer } = build();
    await sendAndAnswer("a");
    void send("b");
    await cache[Symbol.asyncDispose]();
    expect(disposed()).toEqual(["a", "b"]);
    await expect(cache.call("a", cx)).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("leaves no timer when it is disposed, idle or not", async () => {
    for (const request of ["idle", "in use"]) {
      const { cache, cx, send, sendAndAnswer } = build();
      if (request === "idle") await sendAndAnswer("a");
      else void send("a");
      await cache[Symbol.asyncDispose]();
      cx.cancel();
      await time.advance(0);
      expect({ timers: time.timers, attached: cx.attached }).toEqual({ timers: 0, attached: 0 });
    }
  });

  it.each([
    [{ idleMs: 0 }, "idleMs must be > 0"],
    [{ max: 0 }, "max must be a whole number >= 1, got 0"],
  ])("refuses %o", (options, message) => {
    expect(() => build(options)).toThrow(message);
  });
});
