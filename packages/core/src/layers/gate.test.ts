import * as fc from "fast-check";
import { BehaviorSubject, NEVER, Subject } from "rxjs";
import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { fakeTime, layerContract, mockService } from "../testing/index.ts";
import { gate } from "./gate.ts";
import type { GateOptions } from "./gate.ts";

layerContract("gate", () => gate({ open: new BehaviorSubject(true) }));

describe("gate", () => {
  const time = fakeTime();

  function closedGate(options: Partial<GateOptions> = {}) {
    const open = new BehaviorSubject(false);
    const inner = mockService<string, string>();
    const outer = gate<string, string>({ open, ...options })(inner.service);
    const requests = (): string[] => inner.calls.map(({ request }) => request);
    return { open, inner, outer, requests };
  }

  it("holds calls while it is closed, and lets them go in order when it opens", async () => {
    const { open, inner, outer, requests } = closedGate();
    const answers = ["a", "b", "c"].map((request) => outer.call(request, Context.background()));
    expect(requests()).toEqual([]);
    open.next(true);
    expect(requests()).toEqual(["a", "b", "c"]);
    for (const call of inner.calls) call.respond(call.request.toUpperCase());
    await expect(Promise.all(answers)).resolves.toEqual(["A", "B", "C"]);
  });

  it("lets nobody overtake those that were held", () => {
    const { open, outer, requests } = closedGate();
    void outer.call("held", Context.background());
    open.next(true);
    void outer.call("late", Context.background());
    expect(requests()).toEqual(["held", "late"]);
  });

  it("lines a call up that one of those it lets go makes at once", () => {
    const open = new BehaviorSubject(false);
    const passed: string[] = [];
    const outer = gate<string, string>({ open })({
      call: (request, cx) => {
        passed.push(request);
        if (request === "a") void outer.call("made by a", cx);
        return new Promise(() => {});
      },
    });
    for (const request of ["a", "b"]) void outer.call(request, Context.background());
    open.next(true);
    expect(passed).toEqual(["a", "b", "made by a"]);
  });

  it("is closed before the first value", () => {
    const { outer, requests } = closedGate({ open: NEVER });
    void outer.call("ping", Context.background());
    expect(requests()).toEqual([]);
    expect(outer.status?.()).toBe("busy");
  });

  it("closes again, also when a call that it let go is why", () => {
    const open = new BehaviorSubject(false);
    const passed: string[] = [];
    const outer = gate<string, string>({ open })({
      call: (request) => {
        passed.push(request);
        open.next(false);
        return new Promise(() => {});
      },
    });
    for (const request of ["a", "b"]) void outer.call(request, Context.background());
    open.next(true);
    expect(passed).toEqual(["a"]);
    open.next(true);
    expect(passed).toEqual(["a", "b"]);
  });

  it("lets a cancelled call leave the queue", async () => {
    const { open, outer, requests } = closedGate({ maxWaiting: 1 });
    const cx = Context.background().fork();
    const settled = expect(outer.call("gone", cx)).rejects.toThrow("gone");
    cx.cancel(new Error("gone"));
    await settled;
    void outer.call("next", Context.background());
    open.next(true);
    expect(requests()).toEqual(["next"]);
  });

  it("refuses with GATE_CLOSED when as many wait as may", async () => {
    const { outer } = closedGate({ maxWaiting: 0 });
    await expect(outer.call("ping", Context.background())).rejects.toMatchObject({
      code: "GATE_CLOSED",
      kind: "unavailable",
      retriable: true,
      message: "the gate is closed, and 0 calls wait",
    });
  });

  it("refuses with GATE_CLOSED a call that has waited for too long", async () => {
    const { outer } = closedGate({ timeoutMs: 100 });
    const settled = expect(outer.call("ping", Context.background())).rejects.toThrow(
      "the gate did not open within 100 ms",
    );
    await time.advance(100);
    await settled;
  });

  it("refuses for good when what opens it fails", async () => {
    const open = new Subject<boolean>();
    const { inner, outer } = closedGate({ open });
    const held = expect(outer.call("held", Context.background())).rejects.toMatchObject({
      code: "GATE_CLOSED",
      cause: new Error("discovery failed"),
    });
    open.error(new Error("discovery failed"));
    await held;
    await expect(outer.call("late", Context.background())).rejects.toMatchObject({ code: "GATE_CLOSED" });
    expect(outer.status?.()).toBe("closed");
    expect(inner.calls).toEqual([]);
  });

  it("keeps the last value when its source completes", async () => {
    const { open, inner, outer } = closedGate();
    open.next(true);
    open.complete();
    const answer = outer.call("ping", Context.background());
    inner.calls[0]?.respond("pong");
    await expect(answer).resolves.toBe("pong");
  });

  it("sends away those that wait when it is disposed, and stops listening", async () => {
    const { open, outer } = closedGate();
    const settled = expect(outer.call("ping", Context.background())).rejects.toMatchObject({
      code: "CLOSED",
    });
    await outer[Symbol.asyncDispose]?.();
    await settled;
    expect(open.observed).toBe(false);
    expect(time.timers).toBe(0);
  });

  it("passes on, in order, just what was neither cancelled nor refused", async () => {
    const moves = fc.array(fc.constantFrom("call", "cancel", "open", "close"), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(moves, fc.integer({ min: 0, max: 5 }), async (script, maxWaiting) => {
        const { open, outer, requests } = closedGate({ maxWaiting });
        const waiting: { name: string; cx: Context }[] = [];
        const passed: string[] = [];

        for (const [at, move] of script.entries()) {
          if (move === "call") {
            const call = { name: `call ${at}`, cx: Context.background().fork() };
            outer.call(call.name, call.cx).catch(() => {});
            if (open.value) passed.push(call.name);
            else if (waiting.length < maxWaiting) waiting.push(call);
          } else if (move === "cancel") {
            waiting.shift()?.cx.cancel(new Error("gone"));
          } else {
            open.next(move === "open");
            if (open.value) passed.push(...waiting.splice(0).map(({ name }) => name));
          }
          expect(requests()).toEqual(passed);
        }
        await outer[Symbol.asyncDispose]?.();
        expect(time.timers).toBe(0);
      }),
    );
  });

  it("refuses options that make no sense", () => {
    expect(() => gate({ open: true as never })).toThrow("open must be an Observable, got true");
    expect(() => gate({ open: NEVER, maxWaiting: -1 })).toThrow(
      "maxWaiting must be a whole number >= 0, got -1",
    );
    expect(() => gate({ open: NEVER, timeoutMs: 0 })).toThrow("timeoutMs must be > 0");
  });
});
