import { Subject } from "rxjs";
import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { CancelledError } from "../error.ts";
import { fakeTime, layerContract, mockService } from "../testing/index.ts";
import { circuitBreaker } from "./circuit-breaker.ts";
import type { CircuitBreakerOptions } from "./circuit-breaker.ts";
import type { CircuitState } from "../parts/circuit.ts";
import { RateLimitedError } from "./rate-limit.ts";
import { TimeoutError } from "./timeout.ts";

layerContract("circuitBreaker", () => circuitBreaker({ failures: 5 }));

describe("circuitBreaker", () => {
  const time = fakeTime();

  function build(options: Partial<CircuitBreakerOptions> = {}) {
    const inner = mockService<string, string>();
    const states = new Subject<CircuitState>();
    const seen: CircuitState[] = [];
    states.subscribe((state) => seen.push(state));
    const broken = circuitBreaker<string, string>({ failures: 2, openForMs: 1_000, states, ...options });
    const service = broken(inner.service);
    const cx = Context.background().fork();
    /** One call, ended that way. */
    const end = async (failure?: unknown): Promise<void> => {
      const answer = service.call("ping", cx);
      const settled = Promise.allSettled([answer]);
      const call = inner.calls.at(-1);
      if (failure === undefined) call?.respond("pong");
      else call?.fail(failure);
      await settled;
    };
    return { inner, service, cx, seen, end };
  }

  it("refuses calls at once after too many failures, without troubling the service", async () => {
    const { inner, service, cx, end } = build();
    await end(new Error("down"));
    await end(new Error("down"));
    await expect(service.call("ping", cx)).rejects.toMatchObject({
      code: "CIRCUIT_OPEN",
      kind: "unavailable",
      retriable: true,
      retryAfterMs: 1_000,
    });
    expect(inner.calls).toHaveLength(2);
  });

  it("tells its changes of state, and is busy while it refuses", async () => {
    const { service, seen, end } = build();
    await end(new Error("down"));
    await end(new Error("down"));
    expect(service.status?.()).toBe("busy");
    await time.advance(1_000);
    expect(service.status?.()).toBe("open");
    await end();
    expect(seen).toEqual(["open", "half-open", "closed"]);
  });

  it("takes failures that are the request's own fault for answers", async () => {
    const { seen, end } = build();
    const invalid = Object.assign(new Error("bad"), { code: "EACCES" });
    for (const failure of [new Error("down"), invalid, new Error("down"), new CancelledError()]) {
      await end(failure);
    }
    expect(seen).toEqual([]);
    await end(new Error("down"));
    await end(new Error("down"));
    expect(seen).toEqual(["open"]);
  });

  it("asks the policy it was given", async () => {
    const { seen, end } = build({ isFailure: (error) => error instanceof RateLimitedError });
    await end(new Error("down"));
    await end(new Error("down"));
    expect(seen).toEqual([]);
    await end(new RateLimitedError(1, 1));
    await end(new RateLimitedError(1, 1));
    expect(seen).toEqual(["open"]);
  });

  it("does not blame the service for a call that its caller cancelled", async () => {
    const { service, cx, seen } = build({ failures: 1 });
    const gone = cx.fork();
    const answer = expect(service.call("ping", gone)).rejects.toThrow("gone");
    gone.cancel(new Error("gone"));
    await answer;
    expect(seen).toEqual([]);
  });

  it("blames the service for a timeout from above", async () => {
    const { service, cx, seen } = build({ failures: 1 });
    const late = cx.fork();
    const answer = expect(service.call("ping", late)).rejects.toMatchObject({ code: "TIMEOUT" });
    late.cancel(new TimeoutError(100));
    await answer;
    expect(seen).toEqual(["open"]);
  });

  it("has one circuit for each stack", async () => {
    const layer = circuitBreaker<string, string>({ failures: 1 });
    const [first, second] = [mockService<string, string>(), mockService<string, string>()];
    const failing = layer(first.service);
    const healthy = layer(second.service);
    const answer = expect(failing.call("ping", Context.background())).rejects.toThrow("down");
    first.calls[0]?.fail(new Error("down"));
    await answer;
    expect([failing.status?.(), healthy.status?.()]).toEqual(["busy", "open"]);
  });

  it.each([
    [{ failures: 0 }, "failures must be a whole number >= 1, got 0"],
    [{ failures: 1, openForMs: 0 }, "openForMs must be > 0"],
    [{ failures: 1, halfOpenCalls: 0 }, "halfOpenCalls must be a whole number >= 1, got 0"],
  ])("refuses %o", (options, message) => {
    expect(() => circuitBreaker(options)).toThrow(message);
  });
});
