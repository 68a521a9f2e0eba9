import { Context } from "@pagoda/core";
import { fakeTime } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import type { Connection } from "./connection.ts";
import { idleTimeout } from "./idle-timeout.ts";
import { memoryConnections } from "./testing/index.ts";

describe("idleTimeout", () => {
  const time = fakeTime();

  function serving(idleTimeoutMs: number) {
    const [client, server] = memoryConnections();
    const service = idleTimeout<Connection, void>({ idleTimeoutMs })({
      call: async (connection) => void (await connection.closed),
    });
    const done = service.call(server, Context.background());
    server.stream.resume();
    return { client, server, done };
  }

  it("closes a connection on which nothing moves, and says so", async () => {
    const { server, done } = serving(800);
    await time.advance(1_000);
    await done;
    expect(await server.closed).toMatchObject({ cause: "idle_timeout", error: { code: "IDLE_TIMEOUT" } });
    expect(time.timers).toBe(0);
  });

  it("leaves one alone on which a byte comes in time", async () => {
    const { client, server } = serving(800);
    for (let n = 0; n < 10; n++) {
      await time.advance(500);
      client.stream.write("x");
    }
    expect(server.transport.destroyed).toBe(false);
    server.close("peer_closed");
    await server.closed;
    expect(time.timers).toBe(0);
  });

  it.each([0, Number.NaN])("refuses idleTimeoutMs %s", (idleTimeoutMs) => {
    expect(() => idleTimeout({ idleTimeoutMs })).toThrow("idleTimeoutMs must be > 0");
  });
});
