import { Context, Drain } from "@pagoda/core";
import { fakeTime, layerContract } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { overText } from "../test/over-text.ts";
import { connectionDrain } from "./connection-drain.ts";
import type { Connection } from "./connection.ts";
import { drainQuiet } from "./drain-quiet.ts";
import { maxAge } from "./max-age.ts";
import type { MaxAgeOptions } from "./max-age.ts";
import { memoryConnections } from "./testing/index.ts";

layerContract("maxAge", () => overText(maxAge({ maxAgeMs: 1e6 })));

describe("maxAge", () => {
  const time = fakeTime();

  function serving(options: Partial<MaxAgeOptions>, heed: "drain" | "nothing") {
    const [client, server] = memoryConnections();
    const told: number[] = [];
    const service = maxAge<Connection, void>({ maxAgeMs: 1_000, jitter: 0, ...options })({
      call: (connection, cx) =>
        new Promise((resolve) => {
          void connection.closed.then(() => resolve());
          cx.get(connectionDrain)?.onStart(() => {
            told.push(performance.now() - connection.openedAtMs);
            if (heed === "drain") resolve();
          });
        }),
    });
    server.stream.resume();
    return { client, server, told, done: service.call(server, Context.background()) };
  }

  it("tells a connection to end at its age, and leaves it to what serves it how", async () => {
    const { server, told, done } = serving({}, "drain");
    await time.advance(999);
    expect(told).toEqual([]);
    await time.advance(1);
    await done;
    expect(told).toEqual([1_000]);
    expect(server.transport.destroyed).toBe(false);
    expect(time.timers).toBe(0);
  });

  it("closes one that does not end within graceMs, and says why", async () => {
    const { client, server, done } = serving({ graceMs: 500 }, "nothing");
    // However busy it is.
    const busy = setInterval(() => client.stream.write("x"), 10);
    await time.advance(1_499);
    expect(server.transport.destroyed).toBe(false);
    await time.advance(1);
    clearInterval(busy);
    await done;
    expect(await server.closed).toMatchObject({ cause: "policy", error: { code: "MAX_AGE" } });
    expect(time.timers).toBe(0);
  });

  it("gives each connection an age of its own, never a longer one", async () => {
    const shares = [0, 0.5, 0.75];
    const all = shares.map((share) => serving({ jitter: 0.2, random: () => share }, "drain"));
    await time.advance(1_000);
    await Promise.all(all.map(({ done }) => done));
    expect(all.map(({ told }) => Math.round(told[0] ?? 0))).toEqual([1_000, 900, 850]);
  });

  it("counts the time that the layers above took", async () => {
    const [, server] = memoryConnections();
    await time.advance(5_000);
    const service = maxAge<Connection, void>({ maxAgeMs: 1_000 })({
      call: (_, cx) =>
        new Promise((resolve) => {
          cx.get(connectionDrain)?.onStart(resolve);
        }),
    });
    const done = service.call(server, Context.background());
    await time.advance(1);
    await done;
  });

  it("closes opaque bytes once they are quiet, where `drainQuiet` is below", async () => {
    const [client, server] = memoryConnections();
    const quiet = drainQuiet<Connection, void>({ drain: new Drain(), quietMs: 100 });
    const service = maxAge<Connection, void>({ maxAgeMs: 1_000, jitter: 0 })(
      quiet({ call: async (connection) => void (await connection.closed) }),
    );
    const done = service.call(server, Context.background());
    server.stream.resume();
    await time.advance(1_000);
    client.stream.write("busy");
    await time.advance(100);
    expect(server.transport.destroyed).toBe(false);
    await time.advance(100);
    await done;
    expect((await server.closed).cause).toBe("policy");
    expect(time.timers).toBe(0);
  });

  it.each([
    [{ maxAgeMs: 0 }, "maxAgeMs must be > 0"],
    [{ maxAgeMs: 1, graceMs: 0 }, "graceMs must be > 0"],
    [{ maxAgeMs: 1, jitter: 1.1 }, "jitter must be from 0 to 1, got 1.1"],
  ])("refuses %j", (options, message) => {
    expect(() => maxAge(options)).toThrow(message);
  });
});
