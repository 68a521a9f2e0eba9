import { describe, expect, it, vi } from "vitest";

import { Context } from "../context.ts";
import { fakeTime, layerContract, mockService } from "../testing/index.ts";
import { OverloadedError } from "./concurrency-limit.ts";
import { RateLimitedError } from "./rate-limit.ts";
import { retryBudget } from "../parts/retry-budget.ts";
import { retry } from "./retry.ts";
import type { RetryOptions } from "./retry.ts";

layerContract("retry", () => retry({ attempts: 3 }));

describe("retry", () => {
  const time = fakeTime();
  const backoff = { baseMs: 10, maxMs: 1_000, jitter: 0 };

  function build(options: RetryOptions<string> = {}) {
    const inner = mockService<string, string>();
    const retrying = retry<string, string>({ backoff, ...options })(inner.service);
    const cx = Context.background().fork();
    const send = (own = cx): Promise<string> => {
      const answer = retrying.call("ping", own);
      answer.catch(() => {});
      return answer;
    };
    return { inner, cx, send };
  }

  it("sends a request again after a failure that may pass, each time after a longer pause", async () => {
    const { inner, send } = build({ attempts: 3 });
    const answer = send();
    inner.calls[0]?.fail(new OverloadedError());
    await time.advance(9);
    expect(inner.calls).toHaveLength(1);
    await time.advance(1);
    inner.calls[1]?.fail(new OverloadedError());
    await time.advance(19);
    expect(inner.calls).toHaveLength(2);
    await time.advance(1);
    inner.calls[2]?.respond("pong");
    await expect(answer).resolves.toBe("pong");
  });

  it("gives up after as many attempts as allowed, with the last failure", async () => {
    const { inner, send } = build({ attempts: 2 });
    const answer = send();
    inner.calls[0]?.fail(new OverloadedError("first"));
    await time.advance(10);
    inner.calls[1]?.fail(new OverloadedError("second"));
    await expect(answer).rejects.toThrow("second");
    expect(inner.calls).toHaveLength(2);
  });

  it("does not repeat what failed for good", async () => {
    const { inner, send } = build();
    const answer = send();
    inner.calls[0]?.fail(new Error("no such topic"));
    await expect(answer).rejects.toThrow("no such topic");
    expect(time.timers).toBe(0);
  });

  it("asks the policy it was given, with the failure and the request", async () => {
    const when = vi.fn<(error: unknown, request: string) => boolean>(() => false);
    const { inner, send } = build({ when });
    const failure = new OverloadedError();
    const answer = send();
    inner.calls[0]?.fail(failure);
    await expect(answer).rejects.toBe(failure);
    expect(when.mock.calls).toEqual([[failure, "ping"]]);
  });

  it("waits as long as the failure asks for", async () => {
    const { inner, send } = build();
    const answer = send();
    inner.calls[0]?.fail(new RateLimitedError(1, 700));
    await time.advance(699);
    expect(inner.calls).toHaveLength(1);
    await time.advance(1);
    inner.calls[1]?.respond("pong");
    await expect(answer).resolves.toBe("pong");
  });

  it("gives up at once when the failure asks for more than the longest pause", async () => {
    const { inner, send } = build();
    const answer = send();
    inner.calls[0]?.fail(new RateLimitedError(1, 1_001));
    await expect(answer).rejects.toMatchObject({ code: "RATE_LIMITED" });
    expect(time.timers).toBe(0);
  });

  it("does not pause past the deadline", async () => {
    const { inner, send, cx } = build();
    const answer = send(cx.fork({ deadlineMs: performance.now() + 10 }));
    inner.calls[0]?.fail(new OverloadedError("no time left"));
    await expect(answer).rejects.toThrow("no time left");
    expect(time.timers).toBe(0);
  });

  it("never repeats a cancelled call", async () => {
    const when = vi.fn<() => boolean>(() => true);
    const { inner, send, cx } = build({ when });
    const answer = send();
    cx.cancel(new Error("gone"));
    await expect(answer).rejects.toThrow("gone");
    expect(inner.calls).toHaveLength(1);
    expect(when).not.toHaveBeenCalled();
  });

  it("ends the pause when the call is cancelled in it", async () => {
    const { inner, send, cx } = build({ when: () => true });
    const answer = send();
    inner.calls[0]?.fail(new OverloadedError());
    await time.advance(5);
    cx.cancel(new Error("gone"));
    await expect(answer).rejects.toThrow("gone");
    expect({ timers: time.timers, calls: inner.calls.length }).toEqual({ timers: 0, calls: 1 });
  });

  it("does not repeat a call to a service that is closed for good", async () => {
    const { inner, send } = build();
    const answer = send();
    inner.status = "closed";
    inner.calls[0]?.fail(new OverloadedError("closing"));
    await expect(answer).rejects.toThrow("closing");
  });

  it("stops when the budget that its calls share is spent", async () => {
    const budget = retryBudget({ percent: 50, minPerSecond: 0 });
    const { inner, send } = build({ attempts: 10, budget });
    const answers = [send(), send()];
    inner.calls[0]?.fail(new OverloadedError());
    inner.calls[1]?.fail(new OverloadedError("budget spent"));
    await expect(answers[1]).rejects.toThrow("budget spent");
    await time.advance(10);
    expect(inner.calls).toHaveLength(3);
    inner.calls[2]?.respond("pong");
    await expect(answers[0]).resolves.toBe("pong");
  });

  it("has a budget unless told otherwise", async () => {
    async function storm(options: RetryOptions<string>): Promise<number> {
      const { inner, send } = build({ attempts: 2, ...options });
      for (let call = 0; call < 1_000; call++) void send();
      for (const call of inner.calls) call.fail(new OverloadedError());
      await time.advance(10);
      return inner.calls.length - 1_000;
    }
    // A fifth of the calls, and ten a second for ten seconds.
    expect(await storm({})).toBe(300);
    expect(await storm({ budget: false })).toBe(1_000);
  });

  it.each([0, 1.5])("refuses %s attempts", (attempts) => {
    expect(() => retry({ attempts })).toThrow(`attempts must be a whole number >= 1, got ${attempts}`);
  });
});
