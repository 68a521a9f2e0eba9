import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { Context, contextKey } from "../context.ts";
import type { SameLayer } from "../layer.ts";
import { fakeTime } from "./fake-time.ts";
import { mockService } from "./mock-service.ts";

/** Makes the layer under test, with options that let calls, answers and failures through. */
export type LayerFactory = () => SameLayer<string, string>;

export interface LayerContractOptions {
  /**
   * What becomes of a failure of the inner service: it passes `unchanged`, or is `wrapped` in an
   * error whose `cause` it is.
   * @default "unchanged"
   */
  readonly failures?: "unchanged" | "wrapped";
}

/**
 * Holds a layer to what every layer promises. One line beside its own tests:
 *
 * ```ts
 * layerContract("timeout", () => timeout({ timeoutMs: 1e6 }));
 * ```
 *
 * Give it options under which the layer is out of the way: no retries, no limit reached. It runs
 * under vitest, with fake timers, and registers its own `describe`.
 */
export function layerContract(
  name: string,
  factory: LayerFactory,
  { failures = "unchanged" }: LayerContractOptions = {},
): void {
  describe(`${name} keeps the layer contract`, () => {
    const time = fakeTime();
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown): void => void unhandled.push(reason);

    beforeEach(() => {
      unhandled.length = 0;
      process.on("unhandledRejection", onUnhandled);
    });
    afterEach(async () => {
      await turn();
      process.off("unhandledRejection", onUnhandled);
      expect(unhandled).toEqual([]);
    });

    function build() {
      const inner = mockService<string, string>();
      return { inner, outer: factory()(inner.service), cx: Context.background().fork() };
    }

    it("returns the inner answer", async () => {
      const { inner, outer, cx } = build();
      const answer = outer.call("ping", cx);
      const call = await inner.call(0);
      expect(call.request).toBe("ping");
      call.respond("pong");
      await expect(answer).resolves.toBe("pong");
    });

    // Whether the rejection is the failure of the inner service, as far as this layer keeps it.
    async function expectFailure(answer: Promise<string>, failure: Error): Promise<void> {
      if (failures === "unchanged") await expect(answer).rejects.toBe(failure);
      else await expect(answer).rejects.toHaveProperty("cause", failure);
    }

    it(
      failures === "unchanged" ? "passes a failure on unchanged" : "keeps a failure as the cause",
      async () => {
        const { inner, outer, cx } = build();
        const failure = new Error("inner failed");
        const settled = expectFailure(outer.call("ping", cx), failure);
        (await inner.call(0)).fail(failure);
        await settled;
      },
    );

    it("turns a synchronous throw of the inner service into a rejection", async () => {
      const failure = new Error("inner threw");
      const outer = factory()({
        call: () => {
          throw failure;
        },
      });
      await expectFailure(outer.call("ping", Context.background().fork()), failure);
    });

    it("answers overlapping calls in whatever order they end", async () => {
      const { inner, outer, cx } = build();
      const first = outer.call("first", cx);
      const second = outer.call("second", cx);
      (await inner.call(1)).respond("second");
      await expect(second).resolves.toBe("second");
      (await inner.call(0)).respond("first");
      await expect(first).resolves.toBe("first");
    });

    it("forwards cancellation, and settles with its reason", async () => {
      const { inner, outer, cx } = build();
      const answer = outer.call("ping", cx);
      const settled = expect(answer).rejects.toThrow("gone");
      const call = await inner.call(0);
      cx.cancel(new Error("gone"));
      expect(call.cx.cancelled).toBe(true);
      await settled;
    });

    it("settles at once when it was cancelled before the call", async () => {
      const { outer, cx } = build();
      cx.cancel(new Error("gone"));
      await expect(outer.call("ping", cx)).rejects.toThrow("gone");
    });

    it("passes the caller's deadline on, or a sooner one", async () => {
      const { inner, outer, cx } = build();
      const deadlineMs = performance.now() + 5_000;
      const answer = outer.call("ping", cx.fork({ deadlineMs }));
      const call = await inner.call(0);
      expect(call.cx.deadlineMs).toBeLessThanOrEqual(deadlineMs);
      call.respond("pong");
      await answer;
    });

    it("passes the values of the context on", async () => {
      const { inner, outer, cx } = build();
      const key = contextKey("contract", "fallback");
      const answer = outer.call("ping", cx.with(key, "value"));
      const call = await inner.call(0);
      expect(call.cx.get(key)).toBe("value");
      call.respond("pong");
      await answer;
    });

    it("leaves no timer behind a cancelled call", async () => {
      const { inner, outer, cx } = build();
      const before = time.timers;
      const settled = expect(outer.call("ping", cx)).rejects.toThrow("gone");
      await inner.call(0);
      cx.cancel(new Error("gone"));
      await settled;
      await outer[Symbol.asyncDispose]?.();
      expect(time.timers).toBe(before);
    });

    it("leaves no timer, listener or fork behind a settled call", async () => {
      const { inner, outer, cx } = build();
      const before = { timers: time.timers, attached: cx.attached };
      const answers = [outer.call("a", cx), outer.call("b", cx)];
      const settled = Promise.allSettled(answers);
      (await inner.call(0)).respond("a");
      (await inner.call(1)).fail(new Error("b failed"));
      await settled;
      await outer[Symbol.asyncDispose]?.();
      expect({ timers: time.timers, attached: cx.attached }).toEqual(before);
    });

    it("forwards the status of the inner service", () => {
      const { inner, outer } = build();
      expect(outer.status?.()).toBe("open");
      inner.status = "closed";
      expect(outer.status?.()).toBe("closed");
    });

    it("keeps two stacks apart when it is used for both", async () => {
      const layer = factory();
      const ended = mockService<string, string>();
      const going = mockService<string, string>();
      const outers = { ended: layer(ended.service), going: layer(going.service) };
      await outers.ended[Symbol.asyncDispose]?.();
      const answer = outers.going.call("ping", Context.background().fork());
      (await going.call(0)).respond("pong");
      await expect(answer).resolves.toBe("pong");
      expect(going.disposals).toBe(0);
    });

    it("refuses calls once it is disposed", async () => {
      const { outer, cx } = build();
      await outer[Symbol.asyncDispose]?.();
      expect(outer.status?.()).toBe("closed");
      await expect(outer.call("ping", cx)).rejects.toMatchObject({ code: "CLOSED" });
    });

    it("disposes the inner service once", async () => {
      const { inner, outer } = build();
      await outer[Symbol.asyncDispose]?.();
      await outer[Symbol.asyncDispose]?.();
      expect(inner.disposals).toBe(1);
    });
  });
}

/** A real turn of the event loop: unhandled rejections are reported after it. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
