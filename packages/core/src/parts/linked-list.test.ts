import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { LinkedList } from "./linked-list.ts";

describe("LinkedList", () => {
  it("gives values back in the order they came", () => {
    const list = new LinkedList<string>();
    for (const value of ["a", "b", "c"]) list.push(value);
    expect([list.shift(), list.shift(), list.shift(), list.shift()]).toEqual(["a", "b", "c", undefined]);
  });

  it("behaves as an array does, whatever is taken out and when", () => {
    const steps = fc.array(fc.oneof(fc.constant("push"), fc.constant("shift"), fc.nat(20)), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (steps) => {
        const list = new LinkedList<number>();
        const model: number[] = [];
        const removals: (() => void)[] = [];
        for (const step of steps) {
          if (step === "push") {
            model.push(removals.length);
            removals.push(list.push(removals.length));
          } else if (step === "shift") {
            expect(list.shift()).toBe(model.shift());
          } else if (typeof step === "number" && step < removals.length) {
            removals[step]?.();
            if (model.includes(step)) model.splice(model.indexOf(step), 1);
          }
          expect(list.size).toBe(model.length);
          expect(list.first).toBe(model[0]);
        }
        const rest: (number | undefined)[] = [];
        while (list.size > 0) rest.push(list.shift());
        expect(rest).toEqual(model);
      }),
    );
  });
});
