import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { fakeTime, layerContract, mockService } from "../testing/index.ts";
import { hedge } from "./hedge.ts";
import type { HedgeOptions } from "./hedge.ts";
import { retryBudget } from "../parts/retry-budget.ts";

layerContract("hedge", () => hedge({ afterMs: 1e6, canHedge: () => true }));
layerContract("hedge at a percentile", () => hedge({ percentile: 99, canHedge: () => true }));

describe("hedge", () => {
  const time = fakeTime();

  function build(options: Partial<HedgeOptions<string>> = { afterMs: 100 }) {
    const inner = mockService<string, string>();
    const hedged = hedge<string, string>({
      canHedge: (request: string) => request.startsWith("get"),
      ...options,
    } as HedgeOptions<string>)(inner.service);
    const cx = Context.background().fork();
    const send = (request = "get"): Promise<string> => {
      const answer = hedged.call(request, cx);
      answer.catch(() => {});
      return answer;
    };
    const answerIn = async (ms: number): Promise<void> => {
      const answer = send();
      await time.advance(ms);
      inner.calls.at(-1)?.respond("pong");
      await answer;
    };
    return { inner, send, answerIn };
  }

  it("sends a slow request a second time, and takes the first answer", async () => {
    const { inner, send } = build();
    const answer = send();
    await time.advance(100);
    (await inner.call(1)).respond("from the second");
    await expect(answer).resolves.toBe("from the second");
    expect(inner.calls[0]?.cx.cancelled).toBe(true);
  });

  it("never sends a request twice that must not be", async () => {
    const { inner, send } = build();
    void send("put");
    await time.advance(1_000);
    expect(inner.calls).toHaveLength(1);
  });

  it("sends nothing again to a service that is not open", async () => {
    const { inner, send } = build();
    void send();
    inner.status = "busy";
    await time.advance(1_000);
    expect(inner.calls).toHaveLength(1);
  });

  it("keeps to the budget that its calls share", async () => {
    const { inner, send } = build({ afterMs: 100, budget: retryBudget({ percent: 25, minPerSecond: 0 }) });
    for (let call = 0; call < 8; call++) void send();
    await time.advance(100);
    expect(inner.calls).toHaveLength(10);
  });

  it("has a budget unless told otherwise", async () => {
    const limited = build({ afterMs: 100 });
    const free = build({ afterMs: 100, budget: false });
    for (let call = 0; call < 1_000; call++) {
      void limited.send();
      void free.send();
    }
    await time.advance(100);
    expect([limited.inner.calls.length, free.inner.calls.length]).toEqual([1_300, 2_000]);
  });

  it("learns from answers when a call is slow", async () => {
    const { inner, send, answerIn } = build({ percentile: 90, minCalls: 10, budget: false });
    void send();
    await time.advance(10_000);
    expect(inner.calls).toHaveLength(1);
    for (let call = 0; call < 10; call++) await answerIn(20);
    void send();
    const sent = inner.calls.length;
    await time.advance(19);
    expect(inner.calls).toHaveLength(sent);
    await time.advance(3);
    expect(inner.calls).toHaveLength(sent + 1);
  });

  it("does not grow impatient by its own hedges", async () => {
    const { inner, send, answerIn } = build({ percentile: 50, minCalls: 1, budget: false });
    await answerIn(100);
    for (let call = 0; call < 20; call++) {
      const answer = send();
      await time.advance(120);
      inner.calls.at(-1)?.respond("from the hedge");
      await answer;
    }
    const sent = inner.calls.length;
    void send();
    await time.advance(99);
    expect(inner.calls).toHaveLength(sent + 1);
  });

  it.each([
    [{ afterMs: 0 }, "afterMs must be > 0"],
    [{ percentile: 100 }, "percentile must be > 0 and < 100, got 100"],
    [{ percentile: 99, minCalls: 0 }, "minCalls must be a whole number >= 1, got 0"],
    [{ percentile: 99, windowMs: 0 }, "windowMs must be > 0"],
    [{ afterMs: 1, percentile: 99 }, "give afterMs or percentile, not both"],
    [{ afterMs: 1, maxHedges: 0 }, "maxHedges must be a whole number >= 1, got 0"],
  ])("refuses %o", (options, message) => {
    expect(() => build(options)).toThrow(message);
  });
});
