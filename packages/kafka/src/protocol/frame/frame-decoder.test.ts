import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { FrameDecoder } from "./frame-decoder.ts";

function framed(body: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

function hex(frames: readonly Uint8Array[]): string[] {
  return frames.map((frame) => Buffer.from(frame).toString("hex"));
}

describe("FrameDecoder", () => {
  it("finds the same frames however the bytes are cut", () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 });
    const cuts = fc.infiniteStream(fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(bodies, cuts, (want, sizes) => {
        const decoder = new FrameDecoder();
        const got: Uint8Array[] = [];
        let bytes = Buffer.concat(want.map(framed));
        while (bytes.length > 0) {
          const size = sizes.next().value ?? 1;
          got.push(...decoder.push(bytes.subarray(0, size)));
          bytes = bytes.subarray(size);
        }
        expect(hex(got)).toEqual(hex(want));
        expect(decoder.pendingBytes).toBe(0);
        decoder.end();
      }),
    );
  });

  it("gives a view of the chunk where the frame lies within it", () => {
    const chunk = framed(Uint8Array.of(1, 2, 3));
    const [frame] = new FrameDecoder().push(chunk);
    chunk[4] = 9;
    expect(frame?.[0]).toBe(9);
  });

  it("keeps nothing of a chunk that it gathered from", () => {
    const bytes = framed(Uint8Array.of(1, 2, 3));
    const decoder = new FrameDecoder();
    const first = Buffer.from(bytes.subarray(0, 5));
    decoder.push(first);
    first.fill(0);
    expect(hex(decoder.push(bytes.subarray(5)))).toEqual(["010203"]);
  });

  it("does not reserve what a size announces", () => {
    const decoder = new FrameDecoder();
    decoder.push(Uint8Array.of(0x06, 0x40, 0, 0));
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 100; i++) decoder.push(new Uint8Array(1000));
    expect(decoder.pendingBytes).toBe(100_004);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000);
  });

  it.each([
    ["zero", [0, 0, 0, 0], "MALFORMED_FRAME"],
    ["negative", [0xff, 0xff, 0xff, 0xff], "MALFORMED_FRAME"],
    ["least", [0x80, 0, 0, 0], "MALFORMED_FRAME"],
    ["too large", [0, 0, 0, 11], "FRAME_TOO_LARGE"],
    ["huge", [0x7f, 0xff, 0xff, 0xff], "FRAME_TOO_LARGE"],
  ])("refuses a %s size at once, and all that follows", (_, size, code) => {
    const decoder = new FrameDecoder({ maxFrameBytes: 10 });
    const failure = expect.objectContaining({ code });
    expect(() => decoder.push(Uint8Array.from(size))).toThrow(failure);
    expect(() => decoder.push(framed(Uint8Array.of(1)))).toThrow(failure);
    expect(() => decoder.end()).toThrow(failure);
  });

  it("gives the good frames before a bad one with its error", () => {
    const bytes = Buffer.concat([framed(Uint8Array.of(1)), framed(Uint8Array.of(2)), Buffer.alloc(4)]);
    const decoder = new FrameDecoder();
    expect(() => decoder.push(bytes)).toThrow(
      expect.objectContaining({ framesBefore: [Buffer.of(1), Buffer.of(2)] }),
    );
    expect(() => decoder.push(bytes)).toThrow(expect.objectContaining({ framesBefore: [] }));
  });

  it("takes a frame of exactly the limit", () => {
    expect(new FrameDecoder({ maxFrameBytes: 10 }).push(framed(new Uint8Array(10)))).toHaveLength(1);
  });

  it.each([[[0, 0]], [[0, 0, 0, 2, 1]]])("tells an end within a frame: %j", (bytes) => {
    const decoder = new FrameDecoder();
    decoder.push(Uint8Array.from(bytes));
    expect(() => decoder.end()).toThrow(expect.objectContaining({ code: "MALFORMED_FRAME" }));
  });

  it.each([0, -1, 1.5, 2 ** 31, Number.NaN])("refuses a limit of %d", (maxFrameBytes) => {
    expect(() => new FrameDecoder({ maxFrameBytes })).toThrow(RangeError);
  });
});
