import { describe, expect, it } from "vitest";

import { Drain } from "./drain.ts";
import type { DrainState } from "./drain.ts";
import { fakeTime } from "./testing/index.ts";

describe("Drain", () => {
  const time = fakeTime();

  it("ends at once when nothing is retained", async () => {
    const drain = new Drain();
    await expect(drain.start({ deadlineMs: 1_000 })).resolves.toBe("drained");
    expect(time.timers).toBe(0);
  });

  it("waits for everything that is retained", async () => {
    const drain = new Drain();
    const releases = [drain.retain(), drain.retain()];
    const ended = drain.start({ deadlineMs: 1_000 });
    await time.advance(500);
    releases[0]?.();
    expect(drain.state).toBe("draining");
    releases[1]?.();
    await expect(ended).resolves.toBe("drained");
    expect(time.timers).toBe(0);
  });

  it("is forced when the deadline passes first", async () => {
    const drain = new Drain();
    const release = drain.retain();
    const forced: string[] = [];
    drain.onForce(() => forced.push("told"));
    const ended = drain.start({ deadlineMs: 1_000 });
    await time.advance(999);
    expect(drain.state).toBe("draining");
    await time.advance(1);
    await expect(ended).resolves.toBe("forced");
    expect(forced).toEqual(["told"]);
    release();
    expect(drain.state).toBe("forced");
  });

  it("can be forced before the deadline, but not before the start", async () => {
    const drain = new Drain();
    drain.retain();
    drain.force();
    expect(drain.state).toBe("serving");
    const ended = drain.start({ deadlineMs: 1_000 });
    drain.force();
    await expect(ended).resolves.toBe("forced");
    expect(time.timers).toBe(0);
  });

  it("counts a release once", () => {
    const drain = new Drain();
    const release = drain.retain();
    drain.retain();
    release();
    release();
    expect(drain.retained).toBe(1);
  });

  it("joins a second start to the first", async () => {
    const drain = new Drain();
    const first = drain.start({ deadlineMs: 1_000 });
    expect(drain.start({ deadlineMs: 5 })).toBe(first);
    await first;
  });

  it("is draining from the very start on", async () => {
    const drain = new Drain();
    expect(drain.draining).toBe(false);
    const ended = drain.start({ deadlineMs: 1_000 });
    expect(drain.draining).toBe(true);
    await ended;
    expect(drain.draining).toBe(true);
  });

  it("lets those it tells of the start retain what they finish", async () => {
    const drain = new Drain();
    let release = (): void => {};
    drain.onStart(() => {
      release = drain.retain();
    });
    const ended = drain.start({ deadlineMs: 1_000 });
    await Promise.resolve();
    expect(drain.state).toBe("draining");
    release();
    await expect(ended).resolves.toBe("drained");
  });

  it("tells of the start before it ends, even when the last holder lets go at once", async () => {
    const drain = new Drain();
    const log: string[] = [];
    const held = drain.retain();
    drain.onStart(() => {
      log.push("told of the start");
      const release = drain.retain();
      queueMicrotask(() => {
        log.push("finished");
        release();
      });
    });
    const ended = drain.start({ deadlineMs: 1_000 }).then((state) => log.push(state));
    held();
    await ended;
    expect(log).toEqual(["told of the start", "finished", "drained"]);
  });

  it("tells those at once that come after the event", async () => {
    const drain = new Drain();
    drain.retain();
    const log: string[] = [];
    const ended = drain.start({ deadlineMs: 1 });
    drain.onStart(() => log.push("started"));
    expect(log).toEqual(["started"]);
    await time.advance(1);
    await ended;
    drain.onForce(() => log.push("forced"));
    expect(log).toEqual(["started", "forced"]);
  });

  it("does not tell those that stopped listening", async () => {
    const drain = new Drain();
    drain.retain();
    const log: string[] = [];
    drain.onStart(() => log.push("start"))();
    drain.onForce(() => log.push("force"))();
    const ended = drain.start({ deadlineMs: 1 });
    await time.advance(1);
    await ended;
    expect(log).toEqual([]);
  });

  it("shows its states, and completes with the last", async () => {
    const drain = new Drain();
    const log: (DrainState | "complete")[] = [];
    drain.states.subscribe({ next: (state) => log.push(state), complete: () => log.push("complete") });
    await drain.start({ deadlineMs: 1_000 });
    expect(log).toEqual(["serving", "draining", "drained", "complete"]);
  });

  it("refuses a deadline that a timer cannot hold", () => {
    expect(() => new Drain().start({ deadlineMs: 0 })).toThrow("deadlineMs must be > 0");
  });
});
