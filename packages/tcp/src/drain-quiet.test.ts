import { Context, Drain } from "@pagoda/core";
import { fakeTime } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import type { Connection } from "./connection.ts";
import { drainQuiet } from "./drain-quiet.ts";
import { memoryConnections } from "./testing/index.ts";

describe("drainQuiet", () => {
  const time = fakeTime();

  function serving() {
    const drain = new Drain();
    const [client, server] = memoryConnections();
    const service = drainQuiet<Connection, void>({ drain, quietMs: 100 })({
      call: async (connection) => void (await connection.closed),
    });
    const done = service.call(server, Context.background());
    server.stream.resume();
    return { drain, client, server, done };
  }

  it("leaves a quiet connection alone before the drain", async () => {
    const { server } = serving();
    await time.advance(10_000);
    expect(server.transport.destroyed).toBe(false);
    server.close("peer_closed");
    await server.closed;
  });

  it("closes it with the cause drain once nothing moved for quietMs", async () => {
    const { drain, server, done } = serving();
    void drain.start({ deadlineMs: 60_000 });
    await time.advance(100);
    await done;
    expect((await server.closed).cause).toBe("drain");
    drain.force();
    expect(time.timers).toBe(0);
  });

  it("lets a busy one go on until it is quiet", async () => {
    const { drain, client, server } = serving();
    void drain.start({ deadlineMs: 60_000 });
    for (let n = 0; n < 5; n++) {
      client.stream.write("busy");
      await time.advance(100);
      expect(server.transport.destroyed).toBe(false);
    }
    await time.advance(100);
    expect((await server.closed).cause).toBe("drain");
    drain.force();
  });

  it("waits for bytes that the other side is slow to take", async () => {
    const { drain, client, server } = serving();
    client.stream.pause();
    server.stream.write(Buffer.alloc(1_000_000));
    void drain.start({ deadlineMs: 60_000 });
    await time.advance(1_000);
    expect(server.transport.destroyed).toBe(false);
    client.stream.resume();
    await time.advance(300);
    expect((await server.closed).cause).toBe("drain");
    drain.force();
  });

  it.each([0, Number.NaN])("refuses quietMs %s", (quietMs) => {
    expect(() => drainQuiet({ drain: new Drain(), quietMs })).toThrow("quietMs must be > 0");
  });
});
