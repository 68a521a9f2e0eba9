import { createHash, randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";

import { Context } from "@pagoda/core";
import { afterEach, describe, expect, it } from "vitest";

import type { Connection } from "./connection.ts";
import { canReadFast } from "./fast-read.ts";
import { forward } from "./forward.ts";
import type { ForwardOptions, ForwardResult } from "./forward.ts";
import { peek } from "./peek.ts";
import { memoryConnections } from "./testing/memory-connections.ts";
import { socketConnections } from "./testing/socket-connections.ts";
import { textOf } from "./testing/text-of.ts";

interface Rig {
  /** Ends that a client and a server of the proxy hold. */
  readonly client: Duplex;
  readonly server: Duplex;
  /** Ends that the proxy holds. */
  readonly downstream: Connection;
  readonly upstream: Connection;
  readonly cx: Context;
  readonly start: (options?: ForwardOptions) => Promise<ForwardResult>;
}

const kinds = [
  { kind: "sockets, reusing buffers", pair: socketConnections, reuseBuffers: true, fast: true },
  { kind: "sockets, by data events", pair: socketConnections, reuseBuffers: false, fast: true },
  { kind: "memory", pair: async () => memoryConnections(), reuseBuffers: true, fast: false },
];

describe.each(kinds)("forward between $kind", ({ pair, reuseBuffers, fast }) => {
  const opened: Connection[] = [];

  async function rig(): Promise<Rig> {
    const [client, downstream] = await pair();
    const [upstream, server] = await pair();
    opened.push(client, downstream, upstream, server);
    const cx = Context.background().fork();
    return {
      client: client.stream,
      server: server.stream,
      downstream,
      upstream,
      cx,
      start: (options) => forward(downstream, upstream, { reuseBuffers, ...options }, cx),
    };
  }

  afterEach(async () => {
    for (const connection of opened) connection.close("drain");
    await Promise.all(opened.map(({ closed }) => closed));
    opened.length = 0;
  });

  it("reads the way that was asked for", async () => {
    const { downstream, upstream } = await rig();
    expect([canReadFast(downstream.stream), canReadFast(upstream.stream)]).toEqual([fast, fast]);
  });

  it("carries bytes both ways, and says how many", async () => {
    const { client, server, start } = await rig();
    const result = start();
    client.end("a question");
    expect(await textOf(server)).toBe("a question");
    server.end("the answer!");
    expect(await textOf(client)).toBe("the answer!");
    expect(await result).toEqual({
      cause: "peer_closed",
      closedBy: "downstream",
      error: undefined,
      bytesUp: 10,
      bytesDown: 11,
    });
  });

  it("lets the upstream go on after the downstream has ended", async () => {
    const { client, server, start } = await rig();
    const result = start();
    client.end("done");
    expect(await textOf(server)).toBe("done");
    server.write("still ");
    expect(String((await once(client, "data"))[0])).toBe("still ");
    server.end("here");
    expect(await textOf(client)).toBe("here");
    expect(await result).toMatchObject({ cause: "peer_closed", closedBy: "downstream" });
  });

  it("lets the downstream go on after the upstream has ended", async () => {
    const { client, server, start } = await rig();
    const result = start();
    server.end("done");
    expect(await textOf(client)).toBe("done");
    client.write("still ");
    expect(String((await once(server, "data"))[0])).toBe("still ");
    client.end("here");
    expect(await textOf(server)).toBe("here");
    expect(await result).toMatchObject({ cause: "peer_closed", closedBy: "upstream" });
  });

  it("keeps half-close where the stream was not made for it", async () => {
    const { client, server, downstream, upstream, start } = await rig();
    downstream.stream.allowHalfOpen = false;
    upstream.stream.allowHalfOpen = false;
    const result = start();
    client.end("question");
    expect(await textOf(server)).toBe("question");
    server.end("answer");
    expect(await textOf(client)).toBe("answer");
    await result;
  });

  it("passes on an end that came before it began", async () => {
    const { client, server, downstream, start } = await rig();
    client.end();
    downstream.stream.resume();
    await once(downstream.stream, "end");
    const result = start();
    expect(await textOf(server)).toBe("");
    server.end("bye");
    expect(await textOf(client)).toBe("bye");
    expect(await result).toMatchObject({ cause: "peer_closed", closedBy: "downstream" });
  });

  it("passes on what was peeked at first", async () => {
    const { client, server, downstream, upstream, cx, start } = await rig();
    const bounds = { maxBytes: 100, timeoutMs: 10_000 };
    client.write("first ");
    server.write("FIRST ");
    await peek(downstream.stream, bounds, (bytes) => bytes.length === 6 || undefined, cx);
    await peek(upstream.stream, bounds, (bytes) => bytes.length === 6 || undefined, cx);
    const result = start();
    client.end("second");
    server.end("SECOND");
    expect(await Promise.all([textOf(server), textOf(client)])).toEqual(["first second", "FIRST SECOND"]);
    expect(await result).toMatchObject({ bytesUp: 12, bytesDown: 12 });
  });

  it("passes on what was peeked at when the end has come as well", async () => {
    const { client, server, downstream, cx, start } = await rig();
    client.end("all of it");
    await peek(downstream.stream, { maxBytes: 100, timeoutMs: 10_000 }, (_, ended) => ended || undefined, cx);
    const result = start();
    expect(await textOf(server)).toBe("all of it");
    server.end();
    client.resume();
    expect(await result).toMatchObject({ cause: "peer_closed", bytesUp: 9 });
  });

  it("resets the upstream when the downstream is reset in mid-transfer", async () => {
    const { client, server, downstream, upstream, start } = await rig();
    const result = start();
    client.write("half a requ");
    await once(server, "data");
    const broken = once(server, "error");
    resetOf(client);
    expect((await broken)[0]).toMatchObject({ code: "ECONNRESET" });
    expect(await result).toMatchObject({
      cause: "io_error",
      closedBy: "downstream",
      error: { code: "ECONNRESET" },
      bytesUp: 11,
    });
    expect(await downstream.closed).toMatchObject({ cause: "io_error" });
    expect(await upstream.closed).toMatchObject({ cause: "io_error" });
  });

  it("resets the downstream when the upstream is reset in mid-transfer", async () => {
    const { client, server, start } = await rig();
    const result = start();
    server.write("half an ans");
    await once(client, "data");
    const broken = once(client, "error");
    resetOf(server);
    expect((await broken)[0]).toMatchObject({ code: "ECONNRESET" });
    expect(await result).toMatchObject({
      cause: "io_error",
      closedBy: "upstream",
      error: { code: "ECONNRESET" },
      bytesDown: 11,
    });
  });

  it("closes both when one is reset after it had ended", async () => {
    const { client, server, start } = await rig();
    const result = start();
    client.end("question");
    expect(await textOf(server)).toBe("question");
    resetOf(client);
    // What is written to a side that is gone finds out.
    server.on("error", () => {});
    while (server.write("answer")) await turn();
    expect(await result).toMatchObject({ cause: "io_error", closedBy: "downstream" });
  });

  it("closes a side whose end is on its way when the other breaks", async () => {
    const { client, server, upstream, start } = await rig();
    const result = start();
    const broken = new Error("broken");
    upstream.stream.once("end", () => upstream.stream.destroy(broken));
    client.on("error", () => {}).resume();
    server.end("answer");
    expect(await result).toMatchObject({ cause: "io_error", closedBy: "upstream", error: broken });
  });

  it("keeps every byte that waits for a slow reader", async () => {
    const { client, server, downstream, start } = await rig();
    const result = start();
    const sent = createHash("sha256");
    // Small pieces, each read by itself: many of them wait at once.
    const sending = (async () => {
      while (!downstream.stream.isPaused()) {
        const piece = randomBytes(randomInt(1, 3_000));
        sent.update(piece);
        client.write(piece);
        await turn();
      }
    })();
    await sending;
    client.end();
    expect(await hashOf(server)).toBe(sent.digest("hex"));
    server.end();
    client.resume();
    expect(await result).toMatchObject({ cause: "peer_closed" });
  }, 20_000);

  it("takes no more from a fast sender than a slow reader's buffers hold", async () => {
    const { client, server, downstream, upstream, start } = await rig();
    const result = start();
    const sending = sendUntilStopped(client);
    await stalled(() => downstream.bytesRead);
    // A high-water mark and one read each: the rest waits with the sender, and in the system.
    expect(upstream.stream.writableLength).toBeLessThanOrEqual(2 * 65_536);
    expect(downstream.stream.readableLength).toBeLessThanOrEqual(2 * 65_536);
    expect(downstream.stream.isPaused()).toBe(true);

    let received = 0;
    server.on("data", (chunk: Buffer) => (received += chunk.length));
    const bytes = await sending.stop();
    client.end();
    await once(server, "end");
    expect(received).toBe(bytes);
    server.end();
    client.resume();
    expect(await result).toMatchObject({ cause: "peer_closed", bytesUp: bytes });
  });

  it("carries 64 MiB of random bytes unchanged, both ways at once, however they are cut", async () => {
    const { client, server, start } = await rig();
    const result = start();
    const size = 64 * 1024 * 1024;
    const [up, down, atServer, atClient] = await Promise.all([
      sendRandom(client, size),
      sendRandom(server, size),
      hashOf(server),
      hashOf(client),
    ]);
    expect(atServer).toBe(up);
    expect(atClient).toBe(down);
    expect(await result).toMatchObject({ cause: "peer_closed", bytesUp: size, bytesDown: size });
  }, 60_000);
});

function resetOf(stream: Duplex): void {
  (stream as Duplex & { resetAndDestroy(): void }).resetAndDestroy();
}

/** Waits until a count has moved and then stood still for many turns of the event loop. */
async function stalled(count: () => number): Promise<void> {
  let last = 0;
  for (let still = 0; still < 200; still++) {
    if (count() !== last) still = 0;
    last = count();
    await turn();
  }
}

/** Writes for as long as the stream takes more. */
function sendUntilStopped(stream: Duplex): { readonly stop: () => Promise<number> } {
  const state = { bytes: 0, stopped: false };
  const chunk = randomBytes(50_000);
  const sending = (async () => {
    while (!state.stopped) {
      state.bytes += chunk.length;
      if (!stream.write(chunk)) await once(stream, "drain");
      await turn();
    }
  })();
  return {
    stop: async () => {
      state.stopped = true;
      await sending;
      return state.bytes;
    },
  };
}

const random = randomBytes(4 * 1024 * 1024);

/** Sends random pieces of random sizes, and answers the hash of it all. */
async function sendRandom(stream: Duplex, size: number): Promise<string> {
  const hash = createHash("sha256");
  for (let left = size; left > 0;) {
    const length = Math.min(left, randomInt(1, randomInt(2, 300_000)));
    const at = randomInt(random.length - length);
    const piece = random.subarray(at, at + length);
    left -= length;
    hash.update(piece);
    if (!stream.write(piece)) await once(stream, "drain");
  }
  stream.end();
  return hash.digest("hex");
}

async function hashOf(stream: Duplex): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
