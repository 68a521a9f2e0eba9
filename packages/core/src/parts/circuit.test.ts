import { describe, expect, it } from "vitest";

import { fakeTime } from "../testing/index.ts";
import { Circuit } from "./circuit.ts";
import type { CircuitState } from "./circuit.ts";
import { failurePolicy } from "./failure-policy.ts";

describe("Circuit", () => {
  const time = fakeTime();

  function build(halfOpenCalls = 1) {
    const states: CircuitState[] = [];
    const policy = failurePolicy({ failures: 2 });
    const circuit = new Circuit({
      policy,
      openForMs: 1_000,
      halfOpenCalls,
      onChange: (state) => states.push(state),
    });
    const open = (): void => {
      circuit.leave(circuit.enter(), "failed");
      circuit.leave(circuit.enter(), "failed");
    };
    return { circuit, states, open };
  }

  it("opens when failures are too many, and says for how long", async () => {
    const { circuit, states, open } = build();
    open();
    await time.advance(400);
    expect(() => circuit.enter()).toThrow(
      expect.objectContaining({ code: "CIRCUIT_OPEN", retryAfterMs: 600 }),
    );
    expect({ states, refuses: circuit.refuses }).toEqual({ states: ["open"], refuses: true });
  });

  it("lets calls through as a trial when its time has passed, and no more than allowed", async () => {
    const { circuit, states, open } = build(2);
    open();
    await time.advance(1_000);
    expect(circuit.refuses).toBe(false);
    const trials = [circuit.enter(), circuit.enter()];
    expect(() => circuit.enter()).toThrow(expect.objectContaining({ retryAfterMs: 0 }));
    circuit.leave(trials[0] ?? -1, "succeeded");
    expect(circuit.refuses).toBe(true);
    circuit.leave(trials[1] ?? -1, "succeeded");
    expect(states).toEqual(["open", "half-open", "closed"]);
  });

  it("opens again, for the whole time, when one of the trial fails", async () => {
    const { circuit, states, open } = build(2);
    open();
    await time.advance(1_500);
    const trials = [circuit.enter(), circuit.enter()];
    circuit.leave(trials[0] ?? -1, "failed");
    await time.advance(999);
    expect(circuit.refuses).toBe(true);
    circuit.leave(trials[1] ?? -1, "succeeded");
    expect(states).toEqual(["open", "half-open", "open"]);
  });

  it("begins each trial anew", async () => {
    const { circuit, states, open } = build(3);
    open();
    await time.advance(1_000);
    const trials = [circuit.enter(), circuit.enter(), circuit.enter()];
    circuit.leave(trials[0] ?? -1, "succeeded");
    circuit.leave(trials[1] ?? -1, "failed");
    await time.advance(1_000);
    for (const state of ["half-open", "half-open", "closed"]) {
      expect(circuit.refuses).toBe(false);
      circuit.leave(circuit.enter(), "succeeded");
      expect(states.at(-1)).toBe(state);
    }
    expect(() => [circuit.enter(), circuit.enter(), circuit.enter(), circuit.enter()]).not.toThrow();
  });

  it("lets another call try when one of the trial was cancelled", async () => {
    const { circuit, open } = build();
    open();
    await time.advance(1_000);
    circuit.leave(circuit.enter(), "cancelled");
    expect(circuit.refuses).toBe(false);
  });

  it("does not count calls that began before the state changed", async () => {
    const { circuit, states, open } = build();
    const old = [circuit.enter(), circuit.enter(), circuit.enter()];
    open();
    await time.advance(1_000);
    const trial = circuit.enter();
    circuit.leave(old[0] ?? -1, "failed");
    circuit.leave(old[1] ?? -1, "succeeded");
    expect(states).toEqual(["open", "half-open"]);
    circuit.leave(trial, "succeeded");
    circuit.leave(old[2] ?? -1, "failed");
    circuit.leave(circuit.enter(), "failed");
    expect(states).toEqual(["open", "half-open", "closed"]);
  });

  it("starts to count anew once it has closed", async () => {
    const { circuit, states, open } = build();
    open();
    await time.advance(1_000);
    circuit.leave(circuit.enter(), "succeeded");
    circuit.leave(circuit.enter(), "failed");
    expect(states.at(-1)).toBe("closed");
    circuit.leave(circuit.enter(), "failed");
    expect(states.at(-1)).toBe("open");
  });
});
