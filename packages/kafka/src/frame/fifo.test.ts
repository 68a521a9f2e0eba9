import * as fc from "fast-check";
import { expect, it } from "vitest";

import { Fifo } from "./fifo.ts";

it("is a queue, whatever is done to it", () => {
  const step = fc.oneof({ weight: 3, arbitrary: fc.constant("push") }, fc.constantFrom("shift", "drain"));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 3_000, size: "max" }), (steps) => {
      const fifo = new Fifo<number>();
      let model: number[] = [];
      for (const [n, step] of steps.entries()) {
        if (step === "push") {
          fifo.push(n);
          model.push(n);
        } else if (step === "shift") {
          expect(fifo.shift()).toBe(model.shift());
        } else if (n % 500 === 0) {
          expect(fifo.drain()).toEqual(model);
          model = [];
        }
        expect([fifo.size, fifo.first]).toEqual([model.length, model[0]]);
      }
      expect(fifo.some((n) => n === model.at(-1))).toBe(model.length > 0);
    }),
    { numRuns: 20 },
  );
});

it("moves up what is left when its front has been emptied", () => {
  const fifo = new Fifo<number>();
  for (let n = 0; n < 10_000; n++) {
    fifo.push(n);
    if (n >= 3) expect(fifo.shift()).toBe(n - 3);
  }
  expect(fifo.drain()).toEqual([9_997, 9_998, 9_999]);
});
