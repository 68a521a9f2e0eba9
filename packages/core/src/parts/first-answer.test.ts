import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { fakeTime, mockService } from "../testing/index.ts";
import { firstAnswer } from "./first-answer.ts";
import type { Hedging } from "./first-answer.ts";

describe("firstAnswer", () => {
  const time = fakeTime();

  function build(hedging: Partial<Hedging> = {}) {
    const inner = mockService<string, string>();
    const cx = Context.background().fork();
    const answer = firstAnswer(cx, (attempt) => inner.service.call("ping", attempt), {
      afterMs: 100,
      maxHedges: 1,
      mayHedge: () => true,
      ...hedging,
    });
    answer.catch(() => {});
    const nothingLeft = (): void => {
      expect({ timers: time.timers, attached: cx.attached }).toEqual({ timers: 0, attached: 0 });
    };
    return { inner, cx, answer, nothingLeft };
  }

  it("sends once when the answer is quick", async () => {
    const { inner, answer, nothingLeft } = build();
    await time.advance(99);
    inner.calls[0]?.respond("pong");
    await expect(answer).resolves.toBe("pong");
    await time.advance(1_000);
    expect(inner.calls).toHaveLength(1);
    nothingLeft();
  });

  it.each([
    [0, 1],
    [1, 0],
  ])("takes the answer that comes first and cancels the other: %s", async (winner, loser) => {
    const { inner, answer, nothingLeft } = build();
    await time.advance(100);
    inner.calls[winner]?.respond(`from ${winner}`);
    await expect(answer).resolves.toBe(`from ${winner}`);
    expect(inner.calls[loser]?.cx.reason).toMatchObject({ code: "CANCELLED" });
    expect(inner.calls[winner]?.cx.cancelled).toBe(false);
    nothingLeft();
  });

  it("sends as often as allowed, one after the other", async () => {
    const { inner, cx, answer, nothingLeft } = build({ maxHedges: 2 });
    await time.advance(199);
    expect(inner.calls).toHaveLength(2);
    await time.advance(1_000);
    expect(inner.calls).toHaveLength(3);
    cx.cancel();
    await expect(answer).rejects.toMatchObject({ code: "CANCELLED" });
    nothingLeft();
  });

  it("fails at once when the only attempt fails", async () => {
    const { inner, answer, nothingLeft } = build();
    inner.calls[0]?.fail(new Error("failed"));
    await expect(answer).rejects.toThrow("failed");
    nothingLeft();
  });

  it("waits for the other attempt when one fails", async () => {
    const { inner, answer } = build();
    await time.advance(100);
    inner.calls[0]?.fail(new Error("failed"));
    await time.advance(100);
    inner.calls[1]?.respond("pong");
    await expect(answer).resolves.toBe("pong");
  });

  it("fails with the last failure when all attempts fail", async () => {
    const { inner, answer, nothingLeft } = build();
    await time.advance(100);
    inner.calls[1]?.fail(new Error("first failure"));
    inner.calls[0]?.fail(new Error("last failure"));
    await expect(answer).rejects.toThrow("last failure");
    nothingLeft();
  });

  it("sends nothing more once it may not", async () => {
    const { inner, answer, nothingLeft } = build({ maxHedges: 3, mayHedge: () => false });
    await time.advance(1_000);
    expect(inner.calls).toHaveLength(1);
    inner.calls[0]?.respond("pong");
    await answer;
    nothingLeft();
  });

  it("cancels every attempt when the call is cancelled", async () => {
    const { inner, cx, answer, nothingLeft } = build();
    await time.advance(100);
    cx.cancel(new Error("gone"));
    await expect(answer).rejects.toThrow("gone");
    expect(inner.calls.map((call) => call.cx.cancelled)).toEqual([true, true]);
    nothingLeft();
  });
});
