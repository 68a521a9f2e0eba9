import { CancelledError, Context } from "@pagoda/core";
import { fakeTime } from "@pagoda/core/testing";
import { createHook } from "node:async_hooks";
import type { LookupFunction } from "node:net";
import { text } from "node:stream/consumers";
import { firstValueFrom } from "rxjs";
import { afterEach, describe, expect, it } from "vitest";

import { connect, connector } from "./connect.ts";
import type { ConnectOptions } from "./connect.ts";
import type { Connection } from "./connection.ts";
import { bind } from "./listen.ts";
import type { Listener } from "./listen.ts";

const cx = Context.background();
const closes: (() => void)[] = [];
afterEach(() => {
  for (const close of closes.splice(0)) close();
});

async function listener(): Promise<Listener> {
  const listener = await bind({ host: "127.0.0.1", port: 0, name: "test" });
  closes.push(() => void listener.close());
  return listener;
}

/** A port where nothing listens: it was just given back. */
async function freePort(): Promise<number> {
  const taken = await listener();
  await taken.close();
  return taken.address.port;
}

async function open(options: ConnectOptions): Promise<Connection> {
  const connection = await connect(options, cx);
  closes.push(() => connection.close("drain"));
  return connection;
}

/** Resolves every name to these addresses, as `dns.lookup` with `all` would. */
function resolvesTo(...addresses: string[]): LookupFunction {
  return (_name, _options, done) => {
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
}

describe("connect", () => {
  it("opens a connection and knows both its ends", async () => {
    const server = await listener();
    const accepted = firstValueFrom(server.connections);
    const connection = await open({ ...server.address, name: "prod" });
    const other = await accepted;
    expect(connection).toMatchObject({ listener: "prod", remote: server.address, local: other.remote });
    connection.stream.end("hello");
    expect(await text(other.stream)).toBe("hello");
    other.close("drain");
  });

  it("keeps the other direction open when the upstream half-closes", async () => {
    const server = await listener();
    const accepted = firstValueFrom(server.connections);
    const connection = await open(server.address);
    const { stream } = await accepted;
    stream.end("first");
    expect(await text(connection.stream)).toBe("first");
    connection.stream.end("second");
    expect(await text(stream)).toBe("second");
  });

  it("resolves names", async () => {
    const { address } = await listener();
    const connection = await open({ host: "localhost", port: address.port });
    expect(connection.remote).toEqual(address);
  });

  it("asks the system once for a name that several want at the same time", async () => {
    const { address } = await listener();
    let asked = 0;
    const hook = createHook({ init: (_id, type) => (asked += type === "GETADDRINFOREQWRAP" ? 1 : 0) });
    hook.enable();
    await Promise.all([1, 2, 3].map(() => open({ host: "localhost", port: address.port })));
    hook.disable();
    expect(asked).toBe(1);
  });

  it("tries the next address when one refuses", async () => {
    const { address } = await listener();
    const lookup = resolvesTo("::1", "127.0.0.2", "127.0.0.1");
    const connection = await open({ host: "kafka.local", port: address.port, lookup });
    expect(connection.remote).toEqual(address);
  });

  it("reaches this machine with an empty host", async () => {
    const { address } = await listener();
    const connection = await open({ host: "", port: address.port });
    expect(connection.remote.port).toBe(address.port);
  });

  it("connects from the local address given", async () => {
    const { address } = await listener();
    const connection = await open({ ...address, localAddress: "127.0.0.3" });
    expect(connection.local.host).toBe("127.0.0.3");
  });

  it("leaves the connection alone once it is open", async () => {
    const { address } = await listener();
    const own = Context.background().fork();
    const connection = await connect(address, own);
    own.cancel();
    expect([own.attached, connection.transport.destroyed]).toEqual([0, false]);
    connection.close("drain");
  });
});

describe("connect fails", () => {
  it("with CONNECT_REFUSED where nothing listens", async () => {
    const port = await freePort();
    await expect(open({ host: "127.0.0.1", port })).rejects.toMatchObject({
      code: "CONNECT_REFUSED",
      reason: "refused",
      kind: "unavailable",
      retriable: true,
      message: `cannot connect to 127.0.0.1:${port}: nothing listens there: check the address, and that the service is up`,
      cause: { code: "ECONNREFUSED" },
    });
  });

  it("with CONNECT_REFUSED when every address refuses", async () => {
    const lookup = resolvesTo("127.0.0.1", "127.0.0.2");
    await expect(open({ host: "kafka.local", port: await freePort(), lookup })).rejects.toMatchObject({
      code: "CONNECT_REFUSED",
      cause: { errors: [{ code: "ECONNREFUSED" }, { code: "ECONNREFUSED" }] },
    });
  });

  it("with CONNECT_DNS when the name does not exist", async () => {
    const lookup: LookupFunction = (name, _options, done) => {
      done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: "ENOTFOUND" }), []);
    };
    await expect(open({ host: "kafak.local", port: 9092, lookup })).rejects.toMatchObject({
      code: "CONNECT_DNS",
      reason: "dns",
      retriable: false,
      message: "cannot connect to kafak.local:9092: the name does not resolve: check its spelling",
    });
  });

  it("with CONNECT_DNS, to be retried, when the resolver does not answer", async () => {
    const lookup: LookupFunction = (_name, _options, done) => {
      done(Object.assign(new Error("getaddrinfo EAI_AGAIN"), { code: "EAI_AGAIN" }), []);
    };
    await expect(open({ host: "kafka.local", port: 9092, lookup })).rejects.toMatchObject({
      code: "CONNECT_DNS",
      retriable: true,
    });
  });

  it("with CONNECT_FAILED from an address that the machine does not have", async () => {
    const { address } = await listener();
    await expect(open({ ...address, localAddress: "192.0.2.1" })).rejects.toMatchObject({
      code: "CONNECT_FAILED",
      reason: "other",
      cause: { code: "EADDRNOTAVAIL" },
    });
  });

  it("with the reason when its context was cancelled before", async () => {
    const own = Context.background().fork();
    own.cancel(new CancelledError("client gone"));
    await expect(connect({ host: "127.0.0.1", port: 1 }, own)).rejects.toThrow("client gone");
  });

  it.each([
    [{ port: 0 }, "port must be a whole number from 1 to 65535, got 0"],
    [{ timeoutMs: 0 }, "timeoutMs must be > 0"],
    [{ keepAliveMs: -1 }, "keepAliveMs must be >= 0, got -1"],
    [{ attemptTimeoutMs: 9 }, "attemptTimeoutMs must be a whole number >= 10, got 9"],
  ])("on %o", async (nonsense, message) => {
    const connected = async () => connect({ host: "127.0.0.1", port: 1, ...nonsense }, cx);
    await expect(connected()).rejects.toThrow(message);
  });
});

describe("connect on a clock", () => {
  const time = fakeTime();
  const silent: LookupFunction = () => {};

  it("fails with CONNECT_TIMEOUT, and leaves no timer", async () => {
    const settled = expect(
      connect({ host: "kafka.local", port: 9092, timeoutMs: 100, lookup: silent }, cx),
    ).rejects.toMatchObject({
      code: "CONNECT_TIMEOUT",
      reason: "timeout",
      kind: "timeout",
      message:
        "cannot connect to kafka.local:9092: no answer within 100 ms: check the address, routes and firewalls",
    });
    await time.advance(100);
    await settled;
    expect(time.timers).toBe(0);
  });

  it("fails with the reason when its context is cancelled, and destroys the socket", async () => {
    const own = Context.background().fork();
    const settled = expect(connect({ host: "kafka.local", port: 9092, lookup: silent }, own)).rejects.toThrow(
      "gone",
    );
    own.cancel(new CancelledError("client gone"));
    await settled;
    expect([time.timers, own.attached]).toEqual([0, 0]);
  });
});

describe("connector", () => {
  it("is the ground of a stack that takes an endpoint", async () => {
    const { address } = await listener();
    const connection = await connector({ name: "prod", timeoutMs: 5_000 }).call(address, cx);
    expect(connection.listener).toBe("prod");
    connection.close("drain");
  });
});
