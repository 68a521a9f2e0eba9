import { Context, CancelledError } from "@pagoda/core";
import type { Connection } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";
import { describe, expect, it } from "vitest";

import { connectionLog } from "./connection-log.ts";
import { createLog } from "./log.ts";

async function log(answers: readonly (() => Promise<void>)[]): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  const logger = createLog({
    level: "debug",
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  const rest = [...answers];
  const service = connectionLog<Connection>({ log: logger })({
    call: () => rest.shift()?.() ?? Promise.resolve(),
  });
  for (const _ of answers) {
    const [, connection] = memoryConnections();
    await service.call(connection, Context.background()).catch(() => {});
  }
  return lines;
}

describe("connectionLog", () => {
  it("has one debug line for a connection that ended in order", async () => {
    expect(await log([() => Promise.resolve()])).toMatchObject([{ level: "debug", msg: "connection ended" }]);
  });

  it("has one warning for one that failed, with who, what and the code", async () => {
    const refused = Object.assign(new Error("nothing listens there"), { code: "ECONNREFUSED" });
    const [line] = await log([() => Promise.reject(refused)]);
    expect(line).toMatchObject({
      level: "warn",
      msg: "connection failed",
      err: { code: "ECONNREFUSED", kind: "unavailable", message: "nothing listens there" },
    });
    expect(line).toHaveProperty("client");
    expect(line).toHaveProperty("conn");
  });

  it("does not write a line per connection while all fail alike", async () => {
    const fail = (): Promise<void> =>
      Promise.reject(Object.assign(new Error("no"), { code: "ECONNREFUSED" }));
    expect(await log([fail, fail, fail, fail])).toHaveLength(1);
  });

  it("has none for a client that went away", async () => {
    expect(await log([() => Promise.reject(new CancelledError())])).toEqual([]);
  });
});
