import { classify } from "@pagoda/core";
import { once } from "node:events";
import { connect, Server } from "node:net";
import type { Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { text } from "node:stream/consumers";
import { firstValueFrom, take } from "rxjs";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { Connection } from "./connection.ts";
import { bind, listen } from "./listen.ts";
import type { Listener, ListenOptions } from "./listen.ts";

const opened: AsyncDisposable[] = [];
const clients: Socket[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  for (const each of opened.splice(0)) await each[Symbol.asyncDispose]();
});

async function bound(options: Partial<ListenOptions> = {}): Promise<Listener> {
  const listener = await bind({ host: "127.0.0.1", port: 0, name: "test", ...options });
  opened.push(listener);
  return listener;
}

async function client({ address }: Listener): Promise<Socket> {
  const socket = connect(address.port, address.host === "::" ? "::1" : address.host);
  clients.push(socket);
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

describe("bind", () => {
  it("says which port 0 became", async () => {
    const listener = await bound();
    expect(listener.address).toEqual({ host: "127.0.0.1", port: expect.any(Number) });
    expect(listener.address.port).toBeGreaterThan(0);
  });

  it("hands out what it accepts, with its facts", async () => {
    const listener = await bound({ name: "main" });
    const accepted = firstValueFrom(listener.connections);
    const socket = await client(listener);
    const connection = await accepted;
    expect(connection).toMatchObject({
      listener: "main",
      remote: { host: "127.0.0.1", port: socket.localPort },
      local: listener.address,
    });
    connection.close("drain");
  });

  it("keeps what comes before the subscription", async () => {
    const listener = await bound();
    const socket = await client(listener);
    socket.end("early");
    await turns(() => listener.open === 1);
    const connection = await firstValueFrom(listener.connections);
    expect(await text(connection.stream)).toBe("early");
    connection.close("drain");
  });

  it("lets the system hold as many connections as Linux allows, until they are accepted", async () => {
    const listening = vi.spyOn(Server.prototype, "listen");
    await bound();
    await bound({ backlog: 8 });
    expect(listening.mock.calls).toMatchObject([[{ backlog: 4_096 }], [{ backlog: 8 }]]);
    listening.mockRestore();
  });

  it("hands out no connection that closed before the subscription", async () => {
    const listener = await bound();
    (await client(listener)).resetAndDestroy();
    await client(listener);
    await turns(() => listener.open === 1);
    const connections: Connection[] = [];
    listener.connections.subscribe((connection) => connections.push(connection));
    expect(connections).toHaveLength(1);
    expect(connections[0]?.transport.destroyed).toBe(false);
    connections[0]?.close("drain");
  });

  it("has one subscriber", async () => {
    const listener = await bound();
    listener.connections.subscribe();
    await expect(firstValueFrom(listener.connections)).rejects.toThrow(TypeError);
  });

  it("keeps the other direction open when the client half-closes", async () => {
    const listener = await bound();
    const accepted = firstValueFrom(listener.connections);
    const socket = await client(listener);
    socket.end("request");
    const { stream } = await accepted;
    expect(await text(stream)).toBe("request");
    stream.end("answer");
    expect(await text(socket)).toBe("answer");
  });

  it("closes a connection beyond maxConnections with `policy`, and takes one again later", async () => {
    const refused: Connection[] = [];
    const listener = await bound({ maxConnections: 1, onRefused: (connection) => refused.push(connection) });
    const accepted: Connection[] = [];
    listener.connections.subscribe((connection) => accepted.push(connection));
    await client(listener);
    const over = await client(listener);
    await once(over.resume(), "end");
    expect(accepted).toHaveLength(1);
    expect(await refused[0]?.closed).toMatchObject({
      cause: "policy",
      error: {
        code: "CONNECTION_LIMIT",
        message: "listener test: 1 connections are open, which is its limit",
      },
    });
    accepted[0]?.close("drain");
    await accepted[0]?.closed;
    await client(listener);
    await turns(() => accepted.length === 2);
    expect(refused).toHaveLength(1);
    accepted[1]?.close("drain");
  });

  it("goes by limits that were replaced, and says which one refused", async () => {
    const refused: Connection[] = [];
    const listener = await bound({ onRefused: (connection) => refused.push(connection) });
    const accepted: Connection[] = [];
    listener.connections.subscribe((connection) => accepted.push(connection));
    await client(listener);
    const limits = [{ maxConnectionsPerAddress: 1 }, { maxConnections: 1 }];
    for (const limit of limits) {
      listener.limit(limit);
      await once((await client(listener)).resume(), "end");
    }
    const closings = await Promise.all(refused.map(({ closed }) => closed));
    expect(closings.map(({ cause, error }) => [cause, classify(error).code])).toEqual([
      ["policy", "CONNECTION_LIMIT_PER_ADDRESS"],
      ["policy", "CONNECTION_LIMIT"],
    ]);
    for (const connection of accepted) connection.close("drain");
  });

  it("stops accepting when the subscriber leaves, and leaves what it handed out alone", async () => {
    const listener = await bound();
    const accepted = firstValueFrom(listener.connections.pipe(take(1)));
    const socket = await client(listener);
    const connection = await accepted;
    await refuses(listener);
    socket.end("still there");
    expect(await text(connection.stream)).toBe("still there");
    connection.close("drain");
  });

  it("completes its connections when it closes, and drains the ones nobody took", async () => {
    const listener = await bound();
    const socket = await client(listener);
    await turns(() => listener.open === 1);
    await listener.close();
    await once(socket.resume(), "end");
    await turns(() => listener.open === 0);
    await expect(firstValueFrom(listener.connections, { defaultValue: "none" })).resolves.toBe("none");
    await refuses(listener);
  });

  it("frees its port at once", async () => {
    const listener = await bound();
    await listener.close();
    const again = await bound({ port: listener.address.port });
    expect(again.address.port).toBe(listener.address.port);
  });

  it.runIf(hasIPv6())("listens on IPv6", async () => {
    const listener = await bound({ host: "::1" });
    const accepted = firstValueFrom(listener.connections);
    await client(listener);
    const connection = await accepted;
    expect(connection.remote.host).toBe("::1");
    connection.close("drain");
  });

  it.runIf(hasIPv6())("listens on every address when the host is empty, and shows IPv4 plainly", async () => {
    const listener = await bound({ host: "" });
    const accepted = firstValueFrom(listener.connections);
    const socket = connect(listener.address.port, "127.0.0.1");
    clients.push(socket);
    const connection = await accepted;
    expect(connection.remote.host).toBe("127.0.0.1");
    connection.close("drain");
  });
});

describe("bind refuses", () => {
  it("a port in use, and says what to do", async () => {
    const { address } = await bound();
    await expect(bound({ port: address.port, name: "main" })).rejects.toMatchObject({
      code: "LISTEN_PORT_IN_USE",
      kind: "invalid",
      message: `listener main: cannot listen on 127.0.0.1:${address.port}: the port is in use: stop what listens there (ss -ltnp sport = :${address.port}), or take another port`,
      cause: { code: "EADDRINUSE" },
    });
  });

  it("an address that the machine does not have", async () => {
    await expect(bound({ host: "192.0.2.1" })).rejects.toMatchObject({
      code: "LISTEN_ADDRESS_NOT_AVAILABLE",
    });
  });

  it("a name that does not resolve", async () => {
    await expect(bound({ host: "no-such-host.invalid" })).rejects.toMatchObject({ code: "LISTEN_DNS" });
  });

  it.each([
    [{ port: 65_536 }, "port must be a whole number from 0 to 65535, got 65536"],
    [{ maxConnections: 0 }, "maxConnections must be a whole number >= 1, got 0"],
    [{ backlog: 0 }, "backlog must be a whole number >= 1, got 0"],
    [{ keepAliveMs: -1 }, "keepAliveMs must be >= 0, got -1"],
  ])("%o", async (nonsense, message) => {
    await expect(bound(nonsense)).rejects.toThrow(message);
  });
});

describe("listen", () => {
  it("accepts for as long as it is subscribed to", async () => {
    const free = await bound();
    await free.close();
    const connections: Connection[] = [];
    const subscription = listen({ ...free.address, name: "test" }).subscribe((each) =>
      connections.push(each),
    );
    await turns(() => connects(free));
    await turns(() => connections.length > 0);
    subscription.unsubscribe();
    await refuses(free);
    for (const connection of connections) connection.close("drain");
  });

  it("listens no more when it was left before it began", async () => {
    const free = await bound();
    await free.close();
    listen({ ...free.address, name: "test" })
      .subscribe()
      .unsubscribe();
    await turns(() => true);
    await refuses(free);
  });

  it("errors when the port cannot be had", async () => {
    const { address } = await bound();
    await expect(firstValueFrom(listen({ ...address, name: "test" }))).rejects.toMatchObject({
      code: "LISTEN_PORT_IN_USE",
    });
  });
});

async function connects({ address }: Listener): Promise<boolean> {
  const socket = connect(address.port, address.host);
  clients.push(socket);
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  });
}

async function refuses(listener: Listener): Promise<void> {
  expect(await connects(listener)).toBe(false);
}

/** Lets the event loop turn until `reached`; the test's own time limit is the bound. */
async function turns(reached: () => boolean | Promise<boolean>): Promise<void> {
  do {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  } while (!(await reached()));
}

function hasIPv6(): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some(({ family }) => family === "IPv6"));
}
