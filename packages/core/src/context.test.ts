import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Context, contextKey } from "./context.ts";
import { fakeTime } from "./testing/index.ts";

describe("cancellation", () => {
  it("runs from parent to child, never back", () => {
    const parent = Context.background().fork();
    const child = parent.fork();
    const sibling = parent.fork();
    const reason = new Error("gone");
    child.cancel(reason);
    expect([parent.cancelled, child.cancelled, sibling.cancelled]).toEqual([false, true, false]);
    parent.cancel(new Error("later"));
    expect(child.reason).toBe(reason);
    expect(sibling.reason).toMatchObject({ message: "later" });
  });

  it("reaches just what hangs below, in any tree", () => {
    // Each node but the root names an earlier one as its parent.
    const trees = fc.array(fc.nat(), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(trees, fc.nat(), fc.array(fc.nat(), { maxLength: 5 }), (seeds, at, releases) => {
        const nodes = [{ cx: Context.background().fork(), parent: -1 }];
        for (const [index, seed] of seeds.entries()) {
          const parent = seed % (index + 1);
          nodes.push({ cx: (nodes[parent]?.cx ?? Context.background()).fork(), parent });
        }
        const cancelled = at % nodes.length;
        const released = new Set(releases.map((release) => release % nodes.length));
        for (const index of released) nodes[index]?.cx.release();
        nodes[cancelled]?.cx.cancel();

        const reached = nodes.map(() => false);
        for (const [index, { parent }] of nodes.entries()) {
          reached[index] = index === cancelled || (!released.has(index) && (reached[parent] ?? false));
        }
        expect(nodes.map(({ cx }) => cx.cancelled)).toEqual(reached);
      }),
    );
  });

  it("gives a reason of its own when there is none", () => {
    const cx = Context.background().fork();
    cx.cancel();
    expect(cx.reason).toMatchObject({ code: "CANCELLED", kind: "cancelled" });
    expect(() => cx.throwIfCancelled()).toThrow("the call was cancelled");
  });

  it("keeps the first reason", () => {
    const cx = Context.background().fork();
    cx.cancel(new Error("first"));
    cx.cancel(new Error("second"));
    expect(cx.reason).toMatchObject({ message: "first" });
  });

  it("reaches a fork that is made afterwards", () => {
    const cx = Context.background().fork();
    cx.cancel(new Error("gone"));
    expect(cx.fork().reason).toBe(cx.reason);
  });

  it("does not happen to the background", () => {
    expect(() => Context.background().cancel()).toThrow(TypeError);
    expect(Context.background().cancelled).toBe(false);
    expect(() => Context.background().throwIfCancelled()).not.toThrow();
  });
});

describe("onCancel", () => {
  it("calls each listener once, in the order added", () => {
    const cx = Context.background().fork();
    const log: string[] = [];
    cx.onCancel((reason) => log.push(`a ${reason.message}`));
    cx.onCancel((reason) => log.push(`b ${reason.message}`));
    cx.cancel(new Error("gone"));
    cx.cancel(new Error("again"));
    expect(log).toEqual(["a gone", "b gone"]);
  });

  it("calls at once when the context is cancelled already", () => {
    const cx = Context.background().fork();
    cx.cancel(new Error("gone"));
    const log: string[] = [];
    cx.onCancel((reason) => log.push(reason.message))();
    expect(log).toEqual(["gone"]);
  });

  it("keeps one listener that was added twice as two", () => {
    const cx = Context.background().fork();
    let calls = 0;
    const listener = (): void => void (calls += 1);
    const stop = cx.onCancel(listener);
    cx.onCancel(listener);
    stop();
    stop();
    cx.cancel();
    expect(calls).toBe(1);
  });

  it("calls none that another listener stopped meanwhile", () => {
    const cx = Context.background().fork();
    const log: string[] = [];
    cx.onCancel(() => {
      log.push("first");
      stop();
    });
    const stop = cx.onCancel(() => log.push("second"));
    cx.cancel();
    expect(log).toEqual(["first"]);
  });

  it("spares a fork that is released while cancellation runs", () => {
    const parent = Context.background().fork();
    const first = parent.fork();
    const second = parent.fork();
    first.onCancel(() => second.release());
    parent.cancel();
    expect(second.cancelled).toBe(false);
  });

  it("keeps nothing on the background", () => {
    const stop = Context.background().onCancel(() => {});
    Context.background().fork();
    stop();
    expect(Context.background().attached).toBe(0);
  });
});

describe("race", () => {
  it("settles as the work does, and leaves nothing behind", async () => {
    const cx = Context.background().fork();
    await expect(cx.race(Promise.resolve("done"))).resolves.toBe("done");
    await expect(cx.race(Promise.reject(new Error("failed")))).rejects.toThrow("failed");
    expect(cx.attached).toBe(0);
  });

  it("rejects with the reason when the context is cancelled first", async () => {
    const cx = Context.background().fork();
    const raced = expect(cx.race(new Promise(() => {}))).rejects.toThrow("gone");
    cx.cancel(new Error("gone"));
    await raced;
  });

  it("rejects at once when the context is cancelled already, whatever becomes of the work", async () => {
    const cx = Context.background().fork();
    cx.cancel(new Error("gone"));
    await expect(cx.race(Promise.reject(new Error("unheard")))).rejects.toThrow("gone");
  });

  it("is the work itself on the background", async () => {
    await expect(Context.background().race(Promise.resolve("done"))).resolves.toBe("done");
  });
});

describe("fork and release", () => {
  it("counts what hangs on a context until it is released", () => {
    const parent = Context.background().fork();
    const forks = [parent.fork(), parent.fork()];
    parent.onCancel(() => {});
    expect(parent.attached).toBe(3);
    for (const fork of forks) fork.release();
    for (const fork of forks) fork.release();
    expect(parent.attached).toBe(1);
  });

  it("forgets a fork that was cancelled by itself", () => {
    const parent = Context.background().fork();
    parent.fork().cancel();
    expect(parent.attached).toBe(0);
  });

  it("cuts a released fork off from its parent", () => {
    const parent = Context.background().fork();
    const child = parent.fork();
    child.release();
    parent.cancel();
    expect(child.cancelled).toBe(false);
  });
});

describe("signal", () => {
  it("is made once, and aborts with the reason", () => {
    const cx = Context.background().fork();
    const { signal } = cx;
    expect(cx.signal).toBe(signal);
    expect(signal.aborted).toBe(false);
    const reason = new Error("gone");
    cx.cancel(reason);
    expect(signal.reason).toBe(reason);
  });

  it("is aborted from the start when the context is", () => {
    const cx = Context.background().fork();
    cx.cancel(new Error("gone"));
    expect(cx.signal.aborted).toBe(true);
  });
});

describe("values", () => {
  const user = contextKey("user", "nobody");
  const attempt = contextKey("attempt", 0);

  it("travel with the context and its forks", () => {
    const cx = Context.background().fork().with(user, "ann").with(attempt, 2);
    expect([cx.get(user), cx.get(attempt)]).toEqual(["ann", 2]);
    expect(cx.fork().get(user)).toBe("ann");
  });

  it("fall back on what the key says", () => {
    expect(Context.background().get(user)).toBe("nobody");
  });

  it("are those set last, without changing the context they were set on", () => {
    const ann = Context.background().with(user, "ann");
    const bob = ann.with(user, "bob");
    expect([ann.get(user), bob.get(user)]).toEqual(["ann", "bob"]);
  });

  it("belong to the key, not to its name", () => {
    const other = contextKey("user", "other");
    expect(Context.background().with(user, "ann").get(other)).toBe("other");
  });

  it("share the cancellation of the context they were added to", () => {
    const cx = Context.background().fork();
    const named = cx.with(user, "ann");
    cx.cancel(new Error("gone"));
    expect(named.reason).toBe(cx.reason);
  });
});

describe("deadline", () => {
  const time = fakeTime();

  it("is that of the parent when it is sooner", () => {
    const now = performance.now();
    const parent = Context.background().fork({ deadlineMs: now + 100 });
    expect(parent.fork({ deadlineMs: now + 500 }).deadlineMs).toBe(now + 100);
    expect(parent.fork({ deadlineMs: now + 50 }).deadlineMs).toBe(now + 50);
    expect(parent.fork().deadlineMs).toBe(now + 100);
  });

  it("runs down to zero", async () => {
    const cx = Context.background().fork({ deadlineMs: performance.now() + 100 });
    expect(cx.remainingMs()).toBe(100);
    await time.advance(60);
    expect(cx.remainingMs()).toBe(40);
    await time.advance(60);
    expect(cx.remainingMs()).toBe(0);
    expect(cx.cancelled).toBe(false);
  });

  it("is infinitely far away when there is none", () => {
    expect(Context.background().remainingMs()).toBe(Infinity);
  });
});
