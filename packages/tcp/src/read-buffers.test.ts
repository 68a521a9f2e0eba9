import { describe, expect, it } from "vitest";

import { ReadBuffers } from "./read-buffers.ts";

const small = 4_096;
const big = 65_536;

describe("ReadBuffers", () => {
  it("reads into one small buffer again and again while little comes", () => {
    const buffers = new ReadBuffers();
    const first = buffers.current;
    expect(first.length).toBe(small);
    for (let n = 0; n < 100; n++) expect(buffers.next(100, false)).toBe(first);
  });

  it("takes a big buffer once a small one was filled, and stays with it", () => {
    const buffers = new ReadBuffers();
    const taken = buffers.next(small, false);
    expect(taken.length).toBe(big);
    for (let n = 0; n < 100; n++) expect(buffers.next(small + 1, false)).toBe(taken);
    buffers.release();
  });

  it("goes back to a small buffer after a row of small reads, and not before", () => {
    const buffers = new ReadBuffers();
    buffers.next(small, false);
    for (let n = 0; n < 15; n++) expect(buffers.next(10, false).length).toBe(big);
    buffers.next(small, false);
    for (let n = 0; n < 15; n++) expect(buffers.next(10, false).length).toBe(big);
    expect(buffers.next(10, false).length).toBe(small);
  });

  it.each([10, small, big])("never reads over %s bytes that are still in use", (bytes) => {
    const buffers = new ReadBuffers();
    const seen = new Set([buffers.current]);
    for (let n = 0; n < 20; n++) {
      const next = buffers.next(Math.min(bytes, buffers.current.length), true);
      expect(seen.has(next)).toBe(false);
      seen.add(next);
    }
  });

  it("hands a released buffer to the next connection, once", () => {
    const buffers = new ReadBuffers();
    const shared = buffers.next(small, false);
    buffers.release();
    buffers.release();
    const [one, other] = [new ReadBuffers(), new ReadBuffers()];
    expect(one.next(small, false)).toBe(shared);
    expect(other.next(small, false)).not.toBe(shared);
  });

  it("hands small ones on as well", () => {
    const first = new ReadBuffers();
    const shared = first.current;
    first.release();
    expect(new ReadBuffers().current).toBe(shared);
  });

  it("pools no more than 2 MiB of each size", () => {
    const many = Array.from({ length: 600 }, () => new ReadBuffers());
    const used = new Set(many.map(({ current }) => current));
    for (const buffers of many) used.add(buffers.next(small, false));
    for (const buffers of many) buffers.release();
    const again = Array.from({ length: 600 }, () => new ReadBuffers());
    expect(again.filter(({ current }) => used.has(current)).length).toBe(512);
    expect(again.filter((buffers) => used.has(buffers.next(small, false))).length).toBe(32);
  });
});
