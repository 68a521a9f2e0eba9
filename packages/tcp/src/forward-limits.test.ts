import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";

import { CancelledError, Context, TimeoutError } from "@pagoda/core";
import { fakeTime } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { ConnectionClosedError } from "./connection.ts";
import { forward } from "./forward.ts";
import type { ForwardOptions } from "./forward.ts";
import { memoryConnections } from "./testing/memory-connections.ts";

function rig(options: ForwardOptions = {}) {
  const [client, downstream] = memoryConnections();
  const [upstream, server] = memoryConnections();
  for (const { stream } of [client, server]) stream.on("error", () => {}).resume();
  const cx = Context.background().fork();
  const result = forward(downstream, upstream, options, cx);
  return { client: client.stream, server: server.stream, downstream, upstream, cx, result };
}

describe("forward", () => {
  const time = fakeTime();

  it("closes both when no byte came for as long as allowed", async () => {
    const { downstream, upstream, client, server, result } = rig({ idleTimeoutMs: 5_000 });
    await time.advance(4_999);
    expect(downstream.transport.destroyed).toBe(false);
    await time.advance(1);
    expect(await result).toMatchObject({
      cause: "idle_timeout",
      closedBy: "proxy",
      error: { code: "IDLE_TIMEOUT", timeoutMs: 5_000 },
    });
    expect(await downstream.closed).toMatchObject({ cause: "idle_timeout" });
    expect(await upstream.closed).toMatchObject({ cause: "idle_timeout" });
    expect([client.readableEnded, server.readableEnded]).toEqual([true, true]);
  });

  it("counts a byte in either direction as life", async () => {
    const { client, server, downstream, result } = rig({ idleTimeoutMs: 5_000 });
    await time.advance(4_000);
    client.write("x");
    await time.advance(4_000);
    server.write("y");
    await time.advance(4_999);
    expect(downstream.transport.destroyed).toBe(false);
    // An eighth late at most.
    await time.advance(1 + 625);
    expect(await result).toMatchObject({ cause: "idle_timeout", bytesUp: 1, bytesDown: 1 });
  });

  it("allows ten minutes, and one once a side has ended", async () => {
    const open = rig();
    const half = rig();
    await time.advance(300_000);
    half.client.end();
    await time.advance(59_999);
    expect(half.downstream.transport.destroyed).toBe(false);
    await time.advance(1);
    expect(await half.result).toMatchObject({ cause: "idle_timeout", closedBy: "proxy" });
    await time.advance(239_999);
    expect(open.downstream.transport.destroyed).toBe(false);
    await time.advance(1);
    expect(await open.result).toMatchObject({ cause: "idle_timeout" });
  });

  it("lets a half-closed connection live for as long as bytes come", async () => {
    const { client, server, downstream, result } = rig({ halfCloseTimeoutMs: 1_000 });
    client.end();
    for (let n = 0; n < 5; n++) {
      await time.advance(900);
      server.write("more");
    }
    await time.advance(900);
    server.end();
    expect(await result).toMatchObject({ cause: "peer_closed", bytesDown: 20 });
    expect(downstream.transport.destroyed).toBe(true);
  });

  it("does not let a half-closed connection live longer than an open one", async () => {
    const { server, result } = rig({ idleTimeoutMs: 1_000, halfCloseTimeoutMs: Infinity });
    server.end();
    await time.advance(1_000);
    expect(await result).toMatchObject({ cause: "idle_timeout", error: { timeoutMs: 1_000 } });
  });

  it("closes a reader that takes nothing, though its sender waits to go on", async () => {
    const { server, client, result } = rig({ idleTimeoutMs: 1_000 });
    server.pause();
    client.write(Buffer.alloc(1_000_000));
    await time.advance(1_000 + 125);
    expect(await result).toMatchObject({ cause: "idle_timeout", closedBy: "proxy" });
  });

  it("counts it as life when a slow reader takes what waited for it", async () => {
    const { server, client, downstream, result } = rig({ idleTimeoutMs: 1_000 });
    server.pause();
    client.write(Buffer.alloc(140_000));
    await time.advance(900);
    server.resume();
    await time.advance(999);
    expect(downstream.transport.destroyed).toBe(false);
    await time.advance(126);
    expect(await result).toMatchObject({ cause: "idle_timeout", bytesUp: 140_000 });
  });

  it("bounds the flush to a side that does not read, after both have ended", async () => {
    const { client, server, result } = rig({ halfCloseTimeoutMs: 1_000 });
    server.pause();
    client.end(Buffer.alloc(1_000_000));
    server.end();
    await time.advance(1_000 + 125);
    expect(await result).toMatchObject({ cause: "idle_timeout", closedBy: "proxy" });
  });

  it("waits for ever without limits, and sets no timer", async () => {
    const { client, server, downstream, result } = rig({
      idleTimeoutMs: Infinity,
      halfCloseTimeoutMs: Infinity,
    });
    expect(time.timers).toBe(0);
    await time.advance(1e9);
    expect(downstream.transport.destroyed).toBe(false);
    client.end();
    server.end();
    await result;
  });

  it("leaves no timer behind", async () => {
    const { client, server, result } = rig();
    expect(time.timers).toBe(1);
    client.end();
    server.end();
    await result;
    expect(time.timers).toBe(0);
  });

  it.each([0, -1, Number.NaN, 2 ** 31])("refuses idleTimeoutMs %s", (idleTimeoutMs) => {
    expect(() => rig({ idleTimeoutMs })).toThrow(`idleTimeoutMs must be > 0 and at most 2147483647 ms`);
  });

  it.each([
    { reason: new CancelledError(), cause: "drain" },
    { reason: new TimeoutError(5), cause: "policy" },
    { reason: Object.assign(new Error("no"), { code: "EACCES" }), cause: "policy" },
    { reason: new Error("a defect"), cause: "io_error" },
  ])("closes both with $cause when cancelled for: $reason.message", async ({ reason, cause }) => {
    const { client, server, downstream, upstream, cx, result } = rig();
    const ends = Promise.all([once(client, "close"), once(server, "close")]);
    cx.cancel(reason);
    expect(await result).toEqual({ cause, closedBy: "proxy", error: reason, bytesUp: 0, bytesDown: 0 });
    expect(await downstream.closed).toEqual({ cause, error: reason });
    expect(await upstream.closed).toEqual({ cause, error: reason });
    client.end();
    server.end();
    await ends;
  });

  it("closes both at once when it was cancelled before", async () => {
    const [, downstream] = memoryConnections();
    const [upstream] = memoryConnections();
    const cx = Context.background().fork();
    cx.cancel();
    expect(await forward(downstream, upstream, {}, cx)).toMatchObject({ cause: "drain", closedBy: "proxy" });
  });

  it("goes on with the last bytes for the upstream when told that the downstream has closed", async () => {
    const { client, server, downstream, upstream, cx, result } = rig();
    server.pause();
    server.end();
    // More than the server's buffer takes, less than what holds the downstream back.
    const sent = 100_000;
    for (let n = 0; n < 10; n++) {
      client.write(Buffer.alloc(sent / 10));
      await turn();
    }
    client.end();
    await downstream.closed;
    expect(upstream.stream.writableLength).toBeGreaterThan(0);
    cx.cancel(new ConnectionClosedError("(peer_closed)"));
    let received = 0;
    server.on("data", (chunk: Buffer) => (received += chunk.length));
    server.resume();
    expect(await result).toMatchObject({ cause: "peer_closed", bytesUp: sent });
    expect(received).toBe(sent);
  });

  it("reports the cause that somebody else closed a connection with", async () => {
    const { downstream, upstream, result } = rig();
    const error = new Error("not allowed");
    downstream.close("policy", error);
    expect(await result).toMatchObject({ cause: "policy", closedBy: "proxy", error });
    expect(await upstream.closed).toEqual({ cause: "policy", error });
  });

  it("closes the upstream when the downstream was gone before it began", async () => {
    const [, downstream] = memoryConnections();
    const [upstream] = memoryConnections();
    downstream.close("drain");
    await downstream.closed;
    const result = await forward(downstream, upstream, {}, Context.background());
    expect(result).toMatchObject({ cause: "drain", closedBy: "proxy" });
    expect(upstream.transport.destroyed).toBe(true);
  });
});
