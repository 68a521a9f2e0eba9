import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { Duplex, PassThrough } from "node:stream";
import type { Readable } from "node:stream";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";

import { Context } from "@pagoda/core";
import { fakeTime } from "@pagoda/core/testing";
import { afterEach, describe, expect, it } from "vitest";

import { peek } from "./peek.ts";

const options = { maxBytes: 8, timeoutMs: 60_000 };
const cx = Context.background();

/** Decides once `size` bytes are there. */
function first(size: number): (bytes: Buffer) => string | undefined {
  return (bytes) => (bytes.length >= size ? bytes.toString().slice(0, size) : undefined);
}

function listeners(stream: Readable): number {
  return stream.eventNames().reduce((sum, name) => sum + stream.listenerCount(name), 0);
}

describe("peek at a stream", () => {
  it("decides on bytes that were buffered before", async () => {
    const stream = new PassThrough();
    stream.write("hello world");
    const before = listeners(stream);
    const seen = await peek(stream, options, first(5), cx);
    expect(seen).toMatchObject({ outcome: "decided", value: "hello" });
    expect(listeners(stream)).toBe(before);
    stream.end();
    expect(String(await buffer(stream))).toBe("hello world");
  });

  it("decides on bytes that come one at a time, and gives each back once", async () => {
    const stream = new PassThrough();
    const before = listeners(stream);
    const shown: string[] = [];
    const seen = peek(stream, options, (bytes) => (shown.push(String(bytes)), first(4)(bytes)), cx);
    for (const byte of "abcdef") {
      stream.write(byte);
      await turn();
    }
    await expect(seen).resolves.toMatchObject({ outcome: "decided", value: "abcd" });
    expect(shown).toEqual(["a", "ab", "abc", "abcd"]);
    expect(listeners(stream)).toBe(before);
    stream.end();
    expect(String(await buffer(stream))).toBe("abcdef");
  });

  it("answers `limit` when maxBytes did not suffice, and shows no more than that", async () => {
    const stream = new PassThrough();
    stream.write("0123456789");
    const seen = await peek(stream, options, () => undefined, cx);
    expect(seen.outcome).toBe("limit");
    expect(String(seen.bytes)).toBe("01234567");
    stream.end();
    expect(String(await buffer(stream))).toBe("0123456789");
  });

  it("peeks further than the stream buffers by itself", async () => {
    const stream = new PassThrough({ highWaterMark: 4 });
    const wrote = writeAll(stream, "0123456789");
    await expect(peek(stream, options, first(8), cx)).resolves.toMatchObject({ value: "01234567" });
    expect(String(await buffer(stream))).toBe("0123456789");
    await wrote;
  });

  it("answers `ended` with what came before the end, and leaves both to the reader", async () => {
    const stream = new PassThrough();
    const seen = peek(stream, options, first(5), cx);
    stream.end("abc");
    const answer = await seen;
    expect(answer.outcome).toBe("ended");
    expect(String(answer.bytes)).toBe("abc");
    await turn();
    expect(stream.readableEnded).toBe(false);
    expect(String(await buffer(stream))).toBe("abc");
  });

  it("answers `ended` when bytes and end were there before", async () => {
    const stream = new PassThrough();
    stream.end("abc");
    await turn();
    const endings: boolean[] = [];
    const answer = await peek(stream, options, (_, ended) => void endings.push(ended), cx);
    expect(answer.outcome).toBe("ended");
    expect(endings).toEqual([true]);
    expect(String(await buffer(stream))).toBe("abc");
  });

  it("lets `decide` answer at the end", async () => {
    const stream = new PassThrough();
    stream.end("abc");
    const answer = await peek(stream, options, (bytes, ended) => (ended ? bytes.length : undefined), cx);
    expect(answer).toMatchObject({ outcome: "decided", value: 3 });
  });

  it("sees through a stream that hands out its next byte only when asked", async () => {
    const bytes = "abcdef".split("");
    const stream = new Duplex({
      highWaterMark: 1,
      read() {
        this.push(bytes.shift() ?? null);
      },
      write: (_chunk, _encoding, done) => done(),
    });
    await expect(peek(stream, options, first(5), cx)).resolves.toMatchObject({ value: "abcde" });
    await expect(peek(stream, options, first(7), cx)).resolves.toMatchObject({ outcome: "ended" });
    expect(String(await buffer(stream))).toBe("abcdef");
  });

  it("can be peeked at again", async () => {
    const stream = new PassThrough();
    stream.write("abcdef");
    await expect(peek(stream, options, first(2), cx)).resolves.toMatchObject({ value: "ab" });
    await expect(peek(stream, options, first(4), cx)).resolves.toMatchObject({ value: "abcd" });
  });

  it("gives the bytes to a reader that starts at once", async () => {
    const stream = new PassThrough();
    const seen = peek(stream, options, first(2), cx).then(() => buffer(stream));
    stream.end("abcdef");
    expect(String(await seen)).toBe("abcdef");
  });

  it("rejects with what `decide` throws, and takes no byte", async () => {
    const stream = new PassThrough();
    const before = listeners(stream);
    const seen = peek(
      stream,
      options,
      () => {
        throw new Error("cannot read this");
      },
      cx,
    );
    const settled = expect(seen).rejects.toThrow("cannot read this");
    stream.end("abc");
    await settled;
    expect(listeners(stream)).toBe(before);
    expect(String(await buffer(stream))).toBe("abc");
  });

  it("rejects when its context is cancelled, and takes no byte", async () => {
    const stream = new PassThrough();
    const before = listeners(stream);
    const own = Context.background().fork();
    const seen = peek(stream, options, first(5), own);
    const settled = expect(seen).rejects.toThrow("gone");
    stream.write("abc");
    await turn();
    own.cancel(new Error("gone"));
    await settled;
    expect(own.attached).toBe(0);
    expect(listeners(stream)).toBe(before);
    stream.end();
    expect(String(await buffer(stream))).toBe("abc");
  });

  it("rejects at once on a context cancelled before", async () => {
    const own = Context.background().fork();
    own.cancel(new Error("gone"));
    await expect(peek(new PassThrough(), options, first(1), own)).rejects.toThrow("gone");
  });

  it("rejects with CONNECTION_CLOSED when the stream is destroyed, before or meanwhile", async () => {
    const stream = new PassThrough();
    const seen = peek(stream, options, first(1), cx);
    const settled = expect(seen).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
    stream.destroy();
    await settled;
    await expect(peek(stream, options, first(1), cx)).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  });

  it.each([
    [{ maxBytes: 0, timeoutMs: 1 }, "maxBytes must be a whole number >= 1, got 0"],
    [{ maxBytes: 1, timeoutMs: 0 }, "timeoutMs must be > 0 and at most 2147483647 ms, got 0"],
  ])("refuses %o", async (nonsense, message) => {
    await expect(peek(new PassThrough(), nonsense, first(1), cx)).rejects.toThrow(message);
  });
});

describe("peek on a clock", () => {
  const time = fakeTime();

  it("answers `timeout` with what is there, and leaves no timer", async () => {
    const stream = new PassThrough();
    const before = listeners(stream);
    const seen = peek(stream, { maxBytes: 8, timeoutMs: 100 }, first(5), cx);
    stream.write("abc");
    await turn();
    await time.advance(100);
    const answer = await seen;
    expect(answer.outcome).toBe("timeout");
    expect(String(answer.bytes)).toBe("abc");
    expect(time.timers).toBe(0);
    expect(listeners(stream)).toBe(before);
    stream.end("def");
    expect(String(await buffer(stream))).toBe("abcdef");
  });
});

describe("peek at a socket", () => {
  const open: { close(): void }[] = [];
  afterEach(() => {
    for (const each of open.splice(0)) each.close();
  });

  async function pair(): Promise<{ client: Socket; server: Socket }> {
    const listener = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
    await once(listener, "listening");
    const client = connect({ port: (listener.address() as AddressInfo).port, host: "127.0.0.1" });
    const [server] = (await once(listener, "connection")) as [Socket];
    server.on("error", () => {});
    open.push(listener, { close: () => client.destroy() }, { close: () => server.destroy() });
    return { client, server };
  }

  it("sees bytes and half-close that came before it looked", async () => {
    const { client, server } = await pair();
    client.end("abc");
    await once(server, "readable");
    await turn();
    const answer = await peek(server, options, first(5), cx);
    expect(answer.outcome).toBe("ended");
    expect(String(await buffer(server))).toBe("abc");
  });

  it("answers `ended` without a byte, and does so again", async () => {
    const { client, server } = await pair();
    const seen = peek(server, options, first(1), cx);
    client.end();
    await expect(seen).resolves.toMatchObject({ outcome: "ended", bytes: Buffer.alloc(0) });
    expect(server.readableEnded).toBe(true);
    await expect(peek(server, options, first(1), cx)).resolves.toMatchObject({ outcome: "ended" });
  });

  it("leaves no listener on it", async () => {
    const { client, server } = await pair();
    const before = listeners(server);
    client.write("abc");
    await expect(peek(server, options, first(3), cx)).resolves.toMatchObject({ value: "abc" });
    await turn();
    expect(listeners(server)).toBe(before);
  });

  it("rejects with the reset of the peer", async () => {
    const { client, server } = await pair();
    const seen = peek(server, options, first(5), cx);
    const settled = expect(seen).rejects.toMatchObject({ code: "ECONNRESET" });
    client.write("abc");
    await once(server, "readable");
    client.resetAndDestroy();
    await settled;
  });
});

async function writeAll(stream: PassThrough, text: string): Promise<void> {
  for (const byte of text) if (!stream.write(byte)) await once(stream, "drain");
  stream.end();
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
