import { Context } from "@pagoda/core";
import { fakeTime, layerContract } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { overText } from "../test/over-text.ts";
import type { Connection } from "./connection.ts";
import { memoryConnections } from "./testing/index.ts";
import { letIn, untilLetIn } from "./until-let-in.ts";

layerContract("untilLetIn", () => overText(untilLetIn({ timeoutMs: 1e6 })));

describe("untilLetIn", () => {
  const time = fakeTime();

  function serving(timeoutMs: number) {
    const [client, server] = memoryConnections();
    const service = untilLetIn<Connection, void>({ timeoutMs })({
      call: async (connection) => void (await connection.closed),
    });
    server.stream.resume();
    return { client, server, done: service.call(server, Context.background()) };
  }

  it("closes a client that is not let in in time, whatever it sends meanwhile", async () => {
    const { client, server, done } = serving(100);
    for (let n = 0; n < 10; n++) {
      client.stream.write("let me in");
      await time.advance(10);
    }
    await done;
    expect(await server.closed).toMatchObject({ cause: "policy", error: { code: "NOT_LET_IN" } });
    expect(time.timers).toBe(0);
  });

  it("has done its part once the client is let in", async () => {
    const { server, done } = serving(100);
    letIn(server);
    letIn(server);
    expect(time.timers).toBe(0);
    await time.advance(10_000);
    expect(server.transport.destroyed).toBe(false);
    server.close("peer_closed");
    await done;
  });

  it("lets anybody be let in for whom nobody waits", () => {
    const [, server] = memoryConnections();
    expect(() => letIn(server)).not.toThrow();
  });

  it.each([0, Number.NaN])("refuses timeoutMs %s", (timeoutMs) => {
    expect(() => untilLetIn({ timeoutMs })).toThrow("timeoutMs must be > 0");
  });
});
