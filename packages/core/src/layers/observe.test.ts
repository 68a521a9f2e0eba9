import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Context } from "../context.ts";
import { layerContract, mockService } from "../testing/index.ts";
import { observe } from "./observe.ts";
import type { Observer } from "./observe.ts";

layerContract("observe", () => observe({ onCall: () => 1, onSettled: () => {} }));
layerContract("observe with hooks that throw", () =>
  observe([{ onCall: fail }, { onAnswer: fail, onFailure: fail, onSettled: fail }], {
    onHookError: () => {},
  }),
);

describe("observe", () => {
  // Writes down what it is told.
  function recorder(log: string[], name: string): Observer<string, string, string> {
    return {
      onCall: (request) => {
        log.push(`${name}: call ${request}`);
        return `state of ${name}`;
      },
      onAnswer: (response, request, _cx, state) => log.push(`${name}: ${request} = ${response}, ${state}`),
      onFailure: (error, request, _cx, state) => log.push(`${name}: ${request} ! ${String(error)}, ${state}`),
      onSettled: (request, _cx, state) => log.push(`${name}: settled ${request}, ${state}`),
    };
  }

  it("tells of the call, the answer and the end, with the state that the call began with", async () => {
    const log: string[] = [];
    const inner = mockService<string, string>();
    const outer = observe(recorder(log, "a"))(inner.service);
    const answer = outer.call("ping", Context.background());
    expect(log).toEqual(["a: call ping"]);
    inner.calls[0]?.respond("pong");
    await answer;
    expect(log.slice(1)).toEqual(["a: ping = pong, state of a", "a: settled ping, state of a"]);
  });

  it("tells of a failure, and of the end", async () => {
    const log: string[] = [];
    const inner = mockService<string, string>();
    const outer = observe(recorder(log, "a"))(inner.service);
    const answer = outer.call("ping", Context.background());
    inner.calls[0]?.fail("broken");
    await expect(answer).rejects.toBe("broken");
    expect(log.slice(1)).toEqual(["a: ping ! broken, state of a", "a: settled ping, state of a"]);
  });

  it("tells a list of observers in its order, each with its own state", async () => {
    const log: string[] = [];
    const outer = observe<string, string>([recorder(log, "a"), recorder(log, "b")])({
      call: async () => "pong",
    });
    await outer.call("ping", Context.background());
    expect(log).toEqual([
      "a: call ping",
      "b: call ping",
      "a: ping = pong, state of a",
      "a: settled ping, state of a",
      "b: ping = pong, state of b",
      "b: settled ping, state of b",
    ]);
  });

  it("has told before the caller hears", async () => {
    const log: string[] = [];
    const outer = observe<string, string>({ onSettled: () => log.push("hook") })({
      call: async () => "pong",
    });
    await outer.call("ping", Context.background()).then(() => log.push("caller"));
    expect(log).toEqual(["hook", "caller"]);
  });

  it("hands the very promise of the inner service on", () => {
    const answer = Promise.resolve("pong");
    const outer = observe<string, string>({ onAnswer: () => {} })({ call: () => answer });
    expect(outer.call("ping", Context.background())).toBe(answer);
  });

  it("keeps hooks that throw from the call and from each other", async () => {
    const log: string[] = [];
    const errors: unknown[] = [];
    const outer = observe<string, string>(
      [
        { onCall: fail, onSettled: () => log.push("not told: its onCall threw") },
        { onAnswer: fail },
        recorder(log, "c"),
      ],
      { onHookError: (error) => errors.push(error) },
    )({ call: async () => "pong" });
    await expect(outer.call("ping", Context.background())).resolves.toBe("pong");
    expect(log).toEqual(["c: call ping", "c: ping = pong, state of c", "c: settled ping, state of c"]);
    expect(errors).toEqual([new Error("hook failed"), new Error("hook failed")]);
  });

  it("runs onSettled even when onAnswer throws", async () => {
    const log: string[] = [];
    const outer = observe<string, string>(
      { onAnswer: fail, onSettled: () => log.push("settled") },
      { onHookError: () => {} },
    )({ call: async () => "pong" });
    await outer.call("ping", Context.background());
    expect(log).toEqual(["settled"]);
  });

  describe("when nobody else can be told of hooks that throw", () => {
    const warnings: unknown[][] = [];

    beforeEach(() => {
      warnings.length = 0;
      vi.spyOn(process, "emitWarning").mockImplementation(
        (...warning: unknown[]) => void warnings.push(warning),
      );
    });
    afterEach(() => {
      vi.restoreAllMocks();
    });

    const warningOf = (message: string) => [
      expect.stringContaining(message),
      { type: "PagodaWarning", code: "PAGODA_HOOK", detail: expect.stringContaining("observe.test.ts") },
    ];

    it("warns, once for each stack", async () => {
      const outer = observe<string, string>({ onCall: fail })({ call: async () => "pong" });
      await outer.call("first", Context.background());
      await outer.call("second", Context.background());
      expect(warnings).toEqual([warningOf("hook failed")]);
    });

    it("warns of the one that was to be told, when that throws itself", async () => {
      const onHookError = (): never => {
        throw new Error("reporter failed");
      };
      const outer = observe<string, string>({ onCall: fail }, { onHookError })({ call: async () => "pong" });
      await expect(outer.call("ping", Context.background())).resolves.toBe("pong");
      expect(warnings).toEqual([warningOf("reporter failed")]);
    });
  });
});

function fail(): never {
  throw new Error("hook failed");
}
