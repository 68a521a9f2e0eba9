import { once } from "node:events";
import { buffer, text } from "node:stream/consumers";
import { finished } from "node:stream/promises";

import { describe, expect, it } from "vitest";

import { memoryDuplex } from "./memory-duplex.ts";

describe("memoryDuplex", () => {
  it("carries bytes both ways", async () => {
    const [left, right] = memoryDuplex();
    left.end("to the right");
    right.end("to the left");
    expect(await text(right)).toBe("to the right");
    expect(await text(left)).toBe("to the left");
  });

  it("delivers after the writer's own call, and a copy", async () => {
    const [left, right] = memoryDuplex();
    const chunk = Buffer.from("abc");
    left.write(chunk);
    expect(right.readableLength).toBe(0);
    chunk.fill(0);
    left.end();
    expect(await text(right)).toBe("abc");
  });

  it("keeps the other direction open after `end`", async () => {
    const [left, right] = memoryDuplex();
    left.end();
    await buffer(right);
    right.write("still");
    right.end(" here");
    expect(await text(left)).toBe("still here");
  });

  it("closes both sides once both have ended and been read", async () => {
    const [left, right] = memoryDuplex();
    const closed = Promise.all([once(left, "close"), once(right, "close")]);
    left.end("a");
    right.end("b");
    await Promise.all([buffer(left), buffer(right), closed]);
    expect([left.destroyed, right.destroyed]).toEqual([true, true]);
  });

  it("holds the writer back until the reader reads", async () => {
    const [left, right] = memoryDuplex({ highWaterMarkBytes: 4 });
    const events: string[] = [];
    left.on("drain", () => events.push("drain"));
    expect(left.write("12345678")).toBe(false);
    await turn();
    left.write("more");
    await turn();
    expect(events).toEqual([]);
    expect(right.bytesRead).toBe(8);
    right.resume();
    await once(left, "drain");
    expect(right.bytesRead).toBe(12);
  });

  it("counts bytes on both sides", async () => {
    const [left, right] = memoryDuplex();
    left.end("12345");
    await buffer(right);
    expect(left.bytesWritten).toBe(5);
    expect(right.bytesRead).toBe(5);
    expect(left.bytesRead).toBe(0);
  });

  it("breaks the other side with ECONNRESET on a reset", async () => {
    const [left, right] = memoryDuplex();
    const broken = expect(finished(right)).rejects.toMatchObject({ code: "ECONNRESET" });
    left.resetAndDestroy();
    await broken;
  });

  it("breaks the other side with ECONNRESET when destroyed with bytes unread", async () => {
    const [left, right] = memoryDuplex();
    right.write("never read");
    await turn();
    const broken = expect(finished(right)).rejects.toMatchObject({ code: "ECONNRESET" });
    left.destroy();
    await broken;
  });

  it("ends the other side when destroyed with everything read, after what was written", async () => {
    const [left, right] = memoryDuplex();
    left.write("last words");
    left.destroy();
    expect(await text(right)).toBe("last words");
  });

  it("breaks a writer whose other side is gone with EPIPE", async () => {
    const [left, right] = memoryDuplex();
    left.destroy();
    await turn();
    const broken = expect(finished(right)).rejects.toMatchObject({ code: "EPIPE" });
    right.write("anyone there?");
    await broken;
  });

  it("breaks a writer that waits for a reader that goes", async () => {
    const [left, right] = memoryDuplex({ highWaterMarkBytes: 1 });
    const broken = expect(finished(left)).rejects.toMatchObject({ code: "ECONNRESET" });
    left.write("waits");
    await turn();
    right.destroy();
    await broken;
  });

  it("refuses a highWaterMarkBytes of 0", () => {
    expect(() => memoryDuplex({ highWaterMarkBytes: 0 })).toThrow(
      "highWaterMarkBytes must be a whole number >= 1, got 0",
    );
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
