import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Slots } from "./slots.ts";

describe("Slots", () => {
  it("gives a node the slot of its number, and a high one the last", () => {
    const slots = new Slots({ count: 4 });
    expect([0, 7, 1001, 1].map((id) => slots.slotOf(id))).toEqual([0, 3, 2, 1]);
    expect([0, 1, 2, 3, 4, -1].map((slot) => slots.nodeAt(slot))).toEqual([
      0,
      1,
      1001,
      7,
      undefined,
      undefined,
    ]);
  });

  it("gives a node whose slot is taken another", () => {
    const slots = new Slots({ count: 3 });
    slots.slotOf(9);
    expect(slots.slotOf(2)).toBe(1);
  });

  it("says what to configure when there is none left", () => {
    const slots = new Slots({ count: 2 });
    slots.slotOf(0);
    slots.slotOf(5);
    expect(() => slots.slotOf(6)).toThrow(
      expect.objectContaining({
        code: "NO_SLOT",
        nodeId: 6,
        slots: 2,
        message: expect.stringContaining("all 2 are taken, by nodes 0, 5; configure more slots") as string,
      }),
    );
  });

  it("names ten nodes and counts the others", () => {
    const slots = new Slots({ count: 12 });
    for (let id = 0; id < 12; id++) slots.slotOf(id);
    expect(() => slots.slotOf(12)).toThrow("8, 9 and 2 more; configure");
  });

  it("restores what was, unless something else is so by now", () => {
    const slots = new Slots({ count: 3 });
    expect(slots.restore(7, 0)).toBe(true);
    expect(slots.slotOf(7)).toBe(0);
    expect(slots.restore(7, 1)).toBe(false);
    expect(slots.restore(8, 0)).toBe(false);
    expect(slots.restore(9, 3)).toBe(false);
    expect(slots.slotOf(0)).toBe(2);
  });

  it("tells each slot that it gives, once", () => {
    const slots = new Slots({ count: 3 });
    const given: unknown[] = [];
    slots.changes.subscribe((change) => given.push(change));
    slots.slotOf(1);
    slots.slotOf(1);
    slots.restore(7, 0);
    expect(given).toEqual([
      { nodeId: 1, slot: 1 },
      { nodeId: 7, slot: 0 },
    ]);
    expect(slots.taken).toEqual(
      new Map([
        [1, 1],
        [7, 0],
      ]),
    );
  });

  it("gives every node a slot of its own and keeps it, whatever the ids and their order", () => {
    const ids = fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(ids, fc.nat({ max: 20 }), (nodes, spare) => {
        const slots = new Slots({ count: nodes.length + spare });
        const first = nodes.map((id) => slots.slotOf(id));
        expect(new Set(first).size).toBe(nodes.length);
        expect(nodes.toReversed().map((id) => slots.slotOf(id))).toEqual(first.toReversed());
        expect(first.map((slot) => slots.nodeAt(slot))).toEqual(nodes);
      }),
    );
  });

  it("gives the same slots in every order, where the ids are below their number", () => {
    const ids = fc.uniqueArray(fc.nat({ max: 19 }));
    fc.assert(
      fc.property(ids, (nodes) => {
        const slots = new Slots({ count: 20 });
        expect(nodes.map((id) => slots.slotOf(id))).toEqual(nodes);
      }),
    );
  });

  it("refuses a number of slots that makes no sense", () => {
    expect(() => new Slots({ count: 0 })).toThrow("count must be a whole number from 1 to 65535, got 0");
  });
});
