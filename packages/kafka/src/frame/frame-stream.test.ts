import { describe, expect, it } from "vitest";

import { FrameStream } from "./frame-stream.ts";

const add = (by: number) => (piece: Uint8Array) => piece.map((byte) => byte + by);

describe("mapPieces", () => {
  it("changes the head, what waits and what is waited for, one change behind the other", async () => {
    const stream = new FrameStream(Uint8Array.of(1), 4, 100);
    stream.push(Uint8Array.of(2));
    stream.mapPieces(add(10));
    stream.mapPieces(add(20));
    const pieces = [stream.read(), stream.read()];
    stream.push(Uint8Array.of(3, 4));
    expect([stream.head, ...(await Promise.all(pieces))]).toEqual([
      Uint8Array.of(31),
      Uint8Array.of(32),
      Uint8Array.of(33, 34),
    ]);
  });

  it("changes what is gathered", async () => {
    const stream = new FrameStream(Uint8Array.of(1), 2, 100);
    stream.mapPieces(add(10));
    stream.push(Uint8Array.of(2));
    expect(await stream.gather()).toEqual(Buffer.of(11, 12));
  });

  it("comes too late for a frame that somebody reads", () => {
    const stream = new FrameStream(Uint8Array.of(1), 2, 100);
    void stream.read();
    expect(() => stream.mapPieces(add(1))).toThrow(TypeError);
  });
});
