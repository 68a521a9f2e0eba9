import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { FrameSplitter } from "./frame-splitter.ts";

function framed(body: Uint8Array): Buffer {
  const bytes = Buffer.alloc(4 + body.length);
  bytes.writeInt32BE(body.length);
  bytes.set(body, 4);
  return bytes;
}

function push(splitter: FrameSplitter, chunk: Uint8Array): Buffer[] {
  const frames: Buffer[] = [];
  splitter.push(chunk);
  for (let next = splitter.next(); next !== undefined; next = splitter.next()) {
    frames.push(Buffer.from(next.buffer, next.byteOffset, next.length));
  }
  return frames;
}

describe("FrameSplitter", () => {
  it("finds the same frames however the bytes are cut", () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 });
    fc.assert(
      fc.property(bodies, fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (bodies, sizes) => {
        const want = bodies.map(framed);
        const splitter = new FrameSplitter(40);
        const got: Buffer[] = [];
        for (let bytes = Buffer.concat(want); bytes.length > 0;) {
          const size = sizes.next().value;
          got.push(...push(splitter, bytes.subarray(0, size)));
          bytes = bytes.subarray(size);
        }
        expect(got).toEqual(want);
        expect(splitter.partialBytes).toBe(0);
        splitter.end();
      }),
    );
  });

  it("gives a frame above cutAboveBytes in pieces, however the bytes are cut", () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 4, maxLength: 60 }), { maxLength: 6 });
    fc.assert(
      fc.property(bodies, fc.infiniteStream(fc.integer({ min: 1, max: 30 })), (bodies, sizes) => {
        const want = bodies.map(framed);
        const splitter = new FrameSplitter(60, 20);
        const got: Buffer[] = [];
        let begun: Buffer[] = [];
        for (let bytes = Buffer.concat(want); bytes.length > 0;) {
          const size = sizes.next().value;
          splitter.push(bytes.subarray(0, size));
          bytes = bytes.subarray(size);
          for (let next = splitter.next(); next !== undefined; next = splitter.next()) {
            if (begun.length === 0 && splitter.remainingBytes > 0) {
              expect(next.length).toBeGreaterThanOrEqual(8);
              expect(next.length + splitter.remainingBytes).toBeGreaterThan(20);
            }
            begun.push(Buffer.from(next));
            if (splitter.remainingBytes > 0) continue;
            got.push(Buffer.concat(begun));
            begun = [];
          }
        }
        expect(got).toEqual(want);
        expect(splitter.partial).toBe(false);
      }),
    );
  });

  it("says what is missing when the stream ends within a frame that is given in pieces", () => {
    const splitter = new FrameSplitter(100, 10);
    splitter.push(Buffer.from("00000010000000010000", "hex"));
    expect(splitter.next()).toHaveLength(10);
    expect(() => splitter.end()).toThrow("10 bytes missing");
  });

  it("gives frames of one chunk as neighbouring views of it", () => {
    const chunk = Buffer.concat([framed(Buffer.from("one")), framed(Buffer.from("two"))]);
    const [one, two] = push(new FrameSplitter(10), chunk);
    expect([one?.buffer, one?.byteOffset]).toEqual([chunk.buffer, chunk.byteOffset]);
    expect(two?.byteOffset).toBe(chunk.byteOffset + 7);
  });

  it("keeps the frames that are not asked for where they are", () => {
    const splitter = new FrameSplitter(10);
    splitter.push(Buffer.concat([framed(Buffer.from("one")), framed(Buffer.from("two"))]));
    expect(Buffer.from(splitter.next() ?? [])).toEqual(framed(Buffer.from("one")));
    expect(splitter.partialBytes).toBe(0);
    expect(Buffer.from(splitter.next() ?? [])).toEqual(framed(Buffer.from("two")));
  });

  it("takes no memory for what a size only announces", () => {
    const splitter = new FrameSplitter(0x7fff_ffff);
    const before = process.memoryUsage().arrayBuffers;
    expect(push(splitter, Buffer.from("7fffffff00", "hex"))).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });

  it.each([
    ["zero", "00000000", "MALFORMED_FRAME"],
    ["negative", "ffffffff", "MALFORMED_FRAME"],
    ["above the limit", "0000000b", "FRAME_TOO_LARGE"],
  ])("refuses a size that is %s, in one piece or in several", (_, hex, code) => {
    const size = Buffer.from(hex, "hex");
    expect(() => push(new FrameSplitter(10), size)).toThrow(expect.objectContaining({ code }));
    const splitter = new FrameSplitter(10);
    push(splitter, size.subarray(0, 3));
    expect(() => push(splitter, size.subarray(3))).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    ["its size", "0000", "its size missing"],
    ["its body", "0000000301", "2 of 3 bytes missing"],
  ])("says what is missing when the stream ends within a frame, in %s", (_, hex, message) => {
    const splitter = new FrameSplitter(10);
    push(splitter, Buffer.from(hex, "hex"));
    expect(() => splitter.end()).toThrow(message);
  });

  it("tells one partial frame from the next", () => {
    const splitter = new FrameSplitter(10);
    push(splitter, Buffer.from("00000001", "hex"));
    const first = splitter.partialFrames;
    push(splitter, Buffer.from("aa0000", "hex"));
    expect(splitter.partialFrames).toBe(first + 1);
  });
});
