import { once } from "node:events";

import { Context } from "@pagoda/core";
import { describe, expect, it, vi } from "vitest";

import { ConnectionClosedError } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { forwardTo } from "./forward-to.ts";
import type { ForwardToOptions } from "./forward-to.ts";
import { memoryConnections } from "./testing/memory-connections.ts";
import { socketConnections } from "./testing/socket-connections.ts";
import { textOf } from "./testing/text-of.ts";

function rig(options: Partial<ForwardToOptions> = {}) {
  const [client, downstream] = memoryConnections();
  const [upstream, server] = memoryConnections();
  const cx = Context.background().fork();
  const service = forwardTo({ connect: async () => upstream, ...options });
  return { client: client.stream, server: server.stream, downstream, upstream, cx, service };
}

describe("forwardTo", () => {
  it("forwards to what it connects to, with what was sent before in front", async () => {
    const opening = Promise.withResolvers<Connection>();
    const { client, server, downstream, upstream, cx, service } = rig({ connect: () => opening.promise });
    const done = service.call(downstream, cx);
    client.write("early, ");
    await once(downstream.stream, "readable");
    client.end("late");
    opening.resolve(upstream);
    expect(await textOf(server)).toBe("early, late");
    server.end("ok");
    expect(await textOf(client)).toBe("ok");
    await done;
    expect(cx.attached).toBe(0);
  });

  it("fails as connecting failed, and leaves the downstream to the caller", async () => {
    const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    const contexts: Context[] = [];
    const connect = async (_: Connection, cx: Context): Promise<Connection> => {
      contexts.push(cx);
      throw refused;
    };
    const { downstream, cx, service } = rig({ connect });
    await expect(service.call(downstream, cx)).rejects.toBe(refused);
    expect(downstream.transport.destroyed).toBe(false);
    expect(cx.attached).toBe(0);
    downstream.close("io_error");
    await downstream.closed;
    await downstream.scope.close();
    expect(contexts.map(({ cancelled }) => cancelled)).toEqual([false]);
  });

  it("gives up connecting when the downstream closes", async () => {
    const { downstream, cx, service } = rig({
      connect: (_, cx) => cx.race(new Promise<Connection>(() => {})),
    });
    const settled = expect(service.call(downstream, cx)).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
    downstream.close("io_error");
    await settled;
    expect(cx.attached).toBe(0);
  });

  it("closes an upstream that was opened after it had been cancelled", async () => {
    const opening = Promise.withResolvers<Connection>();
    const { downstream, upstream, cx, service } = rig({ connect: () => opening.promise });
    const settled = expect(service.call(downstream, cx)).rejects.toThrow("gone");
    cx.cancel(new Error("gone"));
    await settled;
    opening.resolve(upstream);
    expect(await upstream.closed).toMatchObject({ cause: "drain" });
  });

  it("does not connect for a call that is cancelled already", async () => {
    const connect = vi.fn<ForwardToOptions["connect"]>();
    const { downstream, cx, service } = rig({ connect });
    cx.cancel(new Error("gone"));
    await expect(service.call(downstream, cx)).rejects.toThrow("gone");
    expect(connect).not.toHaveBeenCalled();
  });

  it("settles with the reason when it is cancelled in mid-transfer", async () => {
    const { downstream, upstream, cx, service } = rig();
    const settled = expect(service.call(downstream, cx)).rejects.toThrow("gone");
    await Promise.resolve();
    cx.cancel(new Error("gone"));
    await settled;
    expect([downstream.transport.destroyed, upstream.transport.destroyed]).toEqual([true, true]);
  });

  it("does not fail for being cancelled because the downstream closed in order", async () => {
    const { client, server, downstream, cx, service } = rig();
    void downstream.closed.then(() => cx.cancel(new ConnectionClosedError("(peer_closed)")));
    const done = service.call(downstream, cx);
    client.resume().end();
    server.resume().end();
    await done;
    expect(cx.cancelled).toBe(true);
  });

  it("says how it went", async () => {
    const onEnd = vi.fn<NonNullable<ForwardToOptions["onEnd"]>>();
    const { client, server, downstream, upstream, cx, service } = rig({ onEnd });
    const done = service.call(downstream, cx);
    client.resume().end("hello");
    expect(await textOf(server)).toBe("hello");
    server.end();
    await done;
    expect(onEnd.mock.calls).toEqual([
      [
        { cause: "peer_closed", closedBy: "downstream", error: undefined, bytesUp: 5, bytesDown: 0 },
        downstream,
        upstream,
      ],
    ]);
  });

  it("refuses options that make no sense where it is made", () => {
    expect(() => rig({ halfCloseTimeoutMs: 0 })).toThrow("halfCloseTimeoutMs must be > 0");
    expect(() => rig({ connect: "kafka:9092" as never })).toThrow(
      'connect must be a function, got "kafka:9092"',
    );
  });

  it("leaves no socket, timer or listener of 1,000 connections", async () => {
    const cx = Context.background().fork();
    const count = (kind: string): number =>
      process.getActiveResourcesInfo().filter((active) => active === kind).length;
    const timers = count("Timeout");
    const streams: Connection[] = [];
    for (let batch = 0; batch < 20; batch++) {
      const one = async (n: number): Promise<void> => {
        const [client, downstream] = await socketConnections();
        const [upstream, server] = await socketConnections();
        streams.push(downstream, upstream);
        const done = forwardTo({ connect: async () => upstream }).call(downstream, cx);
        client.stream.end(`question ${n}`);
        expect(await textOf(server.stream)).toBe(`question ${n}`);
        server.stream.end(`answer ${n}`);
        expect(await textOf(client.stream)).toBe(`answer ${n}`);
        await Promise.all([done, client.closed, server.closed]);
      };
      await Promise.all(Array.from({ length: 50 }, (_, n) => one(batch * 50 + n)));
    }
    expect([count("TCPSocketWrap"), count("TCPServerWrap")]).toEqual([0, 0]);
    // Those of the test runner come and go.
    expect(count("Timeout")).toBeLessThanOrEqual(timers);
    expect(cx.attached).toBe(0);
    for (const { stream, transport } of streams) {
      expect(transport.destroyed).toBe(true);
      for (const event of ["data", "drain"]) expect(stream.listenerCount(event)).toBe(0);
      // What is left is the connection's own, and Node's.
      expect(stream.listenerCount("error")).toBe(1);
      expect(stream.listenerCount("close")).toBe(0);
    }
  }, 60_000);
});
