import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import type { Call } from "../service.ts";
import { fakeTime, layerContract, mockService } from "../testing/index.ts";
import { concurrencyLimit } from "./concurrency-limit.ts";
import type { ConcurrencyLimitOptions } from "./concurrency-limit.ts";

layerContract("concurrencyLimit", () => concurrencyLimit({ max: 2 }));

describe("concurrencyLimit", () => {
  const time = fakeTime();

  function build(options: ConcurrencyLimitOptions) {
    const inner = mockService<string, string>();
    const limited = concurrencyLimit<string, string>(options)(inner.service);
    const cx = Context.background().fork();
    return { inner, limited, cx, call: (name: string, own = cx) => limited.call(name, own) };
  }

  it("sheds what is too much when nothing may wait", async () => {
    const { inner, call } = build({ max: 1 });
    const first = call("a");
    await expect(call("b")).rejects.toMatchObject({ code: "OVERLOADED", kind: "overload", retriable: true });
    inner.calls[0]?.respond("A");
    await expect(first).resolves.toBe("A");
    const third = call("c");
    inner.calls[1]?.respond("C");
    await expect(third).resolves.toBe("C");
  });

  it("lets calls wait, first come first served, and sheds beyond", async () => {
    const { inner, call } = build({ max: 1, maxQueued: 2 });
    const answers = Promise.all(["a", "b", "c"].map((name) => call(name)));
    await expect(call("d")).rejects.toMatchObject({ code: "OVERLOADED" });
    for (const index of [0, 1, 2]) (await inner.call(index)).respond("done");
    await answers;
    expect(inner.calls.map(({ request }) => request)).toEqual(["a", "b", "c"]);
  });

  it("does not let a new call overtake one whose turn has come", async () => {
    const { inner, call } = build({ max: 1, maxQueued: 2 });
    const answers = [call("a"), call("b")];
    inner.calls[0]?.respond("A");
    await answers[0]?.then(() => answers.push(call("c")));
    expect(inner.calls).toHaveLength(2);
    for (const index of [1, 2]) (await inner.call(index)).respond("done");
    await Promise.all(answers);
    expect(inner.calls.map(({ request }) => request)).toEqual(["a", "b", "c"]);
  });

  it("refuses a call that has waited for too long", async () => {
    const { call, inner } = build({ max: 1, maxQueued: 1, queueTimeoutMs: 100 });
    const first = call("a");
    const refused = expect(call("b")).rejects.toMatchObject({ code: "OVERLOADED" });
    await time.advance(100);
    await refused;
    inner.calls[0]?.respond("A");
    await first;
    expect(inner.calls).toHaveLength(1);
  });

  it("is busy when it is full", async () => {
    const { inner, limited, call } = build({ max: 1 });
    expect(limited.status?.()).toBe("open");
    const first = call("a");
    expect(limited.status?.()).toBe("busy");
    inner.calls[0]?.respond("A");
    await first;
    expect(limited.status?.()).toBe("open");
  });

  it("sends waiting calls away when it is disposed", async () => {
    const { call, limited, cx } = build({ max: 1, maxQueued: 1 });
    const first = expect(call("a")).rejects.toThrow("over");
    const second = expect(call("b")).rejects.toMatchObject({ code: "CLOSED" });
    await limited[Symbol.asyncDispose]?.();
    await second;
    cx.cancel(new Error("over"));
    await first;
  });

  it("never leaks a slot nor exceeds its limit, however calls end", async () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constant({ kind: "call" as const, at: 0 }) },
        fc.record({ kind: fc.constantFrom("respond", "fail", "cancel"), at: fc.nat(9) }),
        fc.record({ kind: fc.constant("advance" as const), at: fc.nat(80) }),
        fc.constant({ kind: "turn" as const, at: 0 }),
      ),
      { maxLength: 60 },
    );

    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.nat(3), steps, async (max, maxQueued, steps) => {
        const inner = mockService<number, string>();
        let inside = 0;
        let most = 0;
        const counted: Call<number, string> = (request, cx) => {
          inside += 1;
          most = Math.max(most, inside);
          return inner.service.call(request, cx).finally(() => {
            inside -= 1;
          });
        };
        const limited = concurrencyLimit<number, string>({ max, maxQueued, queueTimeoutMs: 50 })({
          call: counted,
        });

        const contexts: Context[] = [];
        const answers: Promise<string>[] = [];
        for (const { kind, at } of steps) {
          if (kind === "call") {
            const cx = Context.background().fork();
            contexts.push(cx);
            answers.push(limited.call(contexts.length, cx));
            answers.at(-1)?.catch(() => {});
          }
          if (kind === "respond") inner.calls[at]?.respond("done");
          if (kind === "fail") inner.calls[at]?.fail(new Error("failed"));
          if (kind === "cancel") contexts[at]?.cancel();
          if (kind === "advance") await time.advance(at);
          if (kind === "turn") await Promise.resolve();
        }
        expect(most).toBeLessThanOrEqual(max);
        const order = inner.calls.map(({ request }) => request);
        expect(order).toEqual(order.toSorted((a, b) => a - b));

        for (const cx of contexts) cx.cancel();
        await Promise.allSettled(answers);
        expect({ inside, timers: time.timers, status: limited.status?.() }).toEqual({
          inside: 0,
          timers: 0,
          status: "open",
        });
        const cx = Context.background().fork();
        const last = Array.from({ length: max }, () => limited.call(0, cx));
        expect({ inside, status: limited.status?.() }).toEqual({ inside: max, status: "busy" });
        cx.cancel();
        await Promise.allSettled(last);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [{ max: 0 }, "max must be a whole number >= 1, got 0"],
    [{ max: 1, maxQueued: -1 }, "maxQueued must be a whole number >= 0, got -1"],
    [{ max: 1, queueTimeoutMs: 0 }, "queueTimeoutMs must be > 0"],
  ])("refuses %o", (options, message) => {
    expect(() => concurrencyLimit(options)).toThrow(message);
  });
});
