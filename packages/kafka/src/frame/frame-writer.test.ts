import { memoryDuplex } from "@pagoda/core/testing";
import { Writable } from "node:stream";
import type { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";

import { someTurns } from "../../test/support/wire.ts";
import { FrameWriter } from "./frame-writer.ts";

/** A stream that keeps what each write brought. */
function sink(): { writes: Buffer[]; stream: Duplex } {
  const writes: Buffer[] = [];
  const stream = new Writable({
    highWaterMark: 1 << 20,
    write: (chunk: Buffer, _, done) => {
      writes.push(chunk);
      done();
    },
    writev: (chunks, done) => {
      writes.push(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)));
      done();
    },
  });
  return { writes, stream: stream as unknown as Duplex };
}

describe("FrameWriter", () => {
  it("writes what one turn brings at once, neighbours without a copy", async () => {
    const { writes, stream } = sink();
    const writer = new FrameWriter();
    writer.attach(stream);
    const memory = Buffer.from("onetwo");
    writer.push(memory.subarray(0, 3));
    await Promise.resolve();
    writer.push(memory.subarray(3));
    await someTurns();
    expect(writes).toEqual([memory]);
    expect(writes[0]?.buffer).toBe(memory.buffer);
  });

  it.each([10, 100_000])("joins frames of %i bytes that lie apart in one write", async (bytes) => {
    const { writes, stream } = sink();
    const writer = new FrameWriter();
    writer.attach(stream);
    const frames = ["a", "b", "c"].map((letter) => Buffer.alloc(bytes, letter));
    for (const frame of frames) writer.push(Buffer.from(frame));
    await someTurns();
    expect(writes).toEqual([Buffer.concat(frames)]);
  });

  it("knows that the stream is full before the turn ends, for those who never wait", async () => {
    const { stream } = sink();
    const writer = new FrameWriter();
    stream.cork();
    writer.attach(stream);
    let pushed = 0;
    while (!writer.congested && pushed < 1_000) {
      writer.push(Buffer.alloc(100_000));
      pushed += 1;
    }
    expect(pushed).toBeLessThan(20);
    stream.uncork();
    await writer.taken();
    expect(writer.congested).toBe(false);
    await writer.taken();
  });

  it("keeps frames until there is a stream", async () => {
    const { writes, stream } = sink();
    const writer = new FrameWriter();
    writer.push(Buffer.from("one"));
    const taken = writer.taken();
    await someTurns();
    writer.attach(stream);
    await taken;
    expect(writes).toEqual([Buffer.from("one")]);
  });

  it("is congested while the other side does not read, and tells when it does", async () => {
    const [near, far] = memoryDuplex({ highWaterMarkBytes: 4 });
    const writer = new FrameWriter();
    writer.attach(near);
    writer.push(Buffer.from("a frame of some length"));
    let taken = false;
    void writer.taken().then(() => (taken = true));
    const drained = new Promise<void>((resolve) => {
      writer.onDrain(resolve);
    });
    await someTurns();
    expect([writer.congested, taken]).toEqual([true, false]);
    far.resume();
    await drained;
    await someTurns();
    expect([writer.congested, taken]).toEqual([false, true]);
  });

  it("tells who waits when it fails, and drops what is pushed then", async () => {
    const writer = new FrameWriter();
    writer.push(Buffer.from("one"));
    const waiting = writer.taken();
    const failure = new Error("gone");
    writer.fail(failure);
    await expect(waiting).rejects.toBe(failure);
    await expect(writer.taken()).rejects.toBe(failure);
    const { writes, stream } = sink();
    writer.push(Buffer.from("two"));
    writer.attach(stream);
    await someTurns();
    expect(writes).toEqual([]);
  });
});
