import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { fakeTime } from "../testing/index.ts";
import { WaitQueue } from "./wait-queue.ts";
import type { WaitLimit } from "./wait-queue.ts";

describe("WaitQueue", () => {
  const time = fakeTime();

  function hold(queue: WaitQueue, cx: Context, limit?: WaitLimit): Promise<string> {
    return queue.hold(cx, () => "went", limit);
  }

  it("lets waiters go in the order they came, one at a time, before release returns", async () => {
    const queue = new WaitQueue();
    const order: string[] = [];
    const waits = ["a", "b"].map((name) => queue.hold(Context.background(), () => order.push(name)));
    expect(queue.release()).toBe(true);
    expect(order).toEqual(["a"]);
    expect(queue.release()).toBe(true);
    expect(order).toEqual(["a", "b"]);
    expect(queue.release()).toBe(false);
    expect(await Promise.all(waits)).toEqual([1, 2]);
  });

  it("settles as what it started does", async () => {
    const queue = new WaitQueue();
    const failed = expect(
      queue.hold(Context.background(), () => Promise.reject(new Error("failed"))),
    ).rejects.toThrow("failed");
    queue.release();
    await failed;
  });

  it("lets a cancelled waiter leave, so that the next one is released", async () => {
    const queue = new WaitQueue();
    const cx = Context.background().fork();
    const first = expect(hold(queue, cx)).rejects.toThrow("gone");
    const second = hold(queue, Context.background());
    cx.cancel(new Error("gone"));
    await first;
    expect(queue.size).toBe(1);
    queue.release();
    await expect(second).resolves.toBe("went");
  });

  it("does not queue one that was cancelled before", async () => {
    const queue = new WaitQueue();
    const cx = Context.background().fork();
    cx.cancel(new Error("gone"));
    await expect(hold(queue, cx)).rejects.toThrow("gone");
    expect(queue.size).toBe(0);
  });

  it("sends a waiter away when its time is up", async () => {
    const queue = new WaitQueue();
    const limit = { timeoutMs: 100, onTimeout: () => new Error("too long") };
    const waited = expect(hold(queue, Context.background(), limit)).rejects.toThrow("too long");
    await time.advance(100);
    await waited;
    expect(queue.size).toBe(0);
  });

  it("sends everybody away when told to", async () => {
    const queue = new WaitQueue();
    const waits = [hold(queue, Context.background()), hold(queue, Context.background())];
    const settled = Promise.allSettled(waits);
    queue.fail(new Error("closed"));
    expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(queue.size).toBe(0);
  });

  it("leaves neither timer nor listener behind, however a wait ends", async () => {
    const queue = new WaitQueue();
    const cx = Context.background().fork();
    const gone = cx.fork();
    const limit = { timeoutMs: 100, onTimeout: () => new Error("too long") };
    const waits = [hold(queue, cx, limit), hold(queue, gone, limit), hold(queue, cx, limit)];
    const settled = Promise.allSettled(waits);
    queue.release();
    gone.cancel();
    queue.fail(new Error("closed"));
    await settled;
    expect({ timers: time.timers, attached: cx.attached }).toEqual({ timers: 0, attached: 0 });
  });
});
