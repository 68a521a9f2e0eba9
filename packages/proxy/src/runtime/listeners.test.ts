import { createMetrics } from "@pagoda/metrics";
import type { Endpoint } from "@pagoda/tcp";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { Registry } from "prom-client";
import { afterEach, describe, expect, it } from "vitest";

import { clusterListener, proxyConfig, serviceListener } from "../../test/support/configs.ts";
import { createLog } from "../log.ts";
import { Listeners } from "./listeners.ts";

const keep = { drainChangedMs: undefined, drainRemovedMs: 5_000 } as const;
const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each[Symbol.asyncDispose]();
});

function begin(): Listeners {
  const metrics = createMetrics({
    registry: new Registry(),
    build: { version: "0", commit: "0", kafkaProtocol: "0" },
  });
  const listeners = new Listeners({
    metrics,
    log: createLog({ level: "silent" }),
    tracing: undefined,
    traffic: { watch: () => ({}) },
  });
  open.push(listeners);
  return listeners;
}

/** A server that says its name before each piece that it gives back. */
async function echo(name: string): Promise<Endpoint> {
  const server: Server = createServer((socket) => {
    socket.on("data", (data: Buffer) => socket.write(`${name}:${data.toString()}`));
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  open.push({
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return { host: "127.0.0.1", port: (server.address() as { port: number }).port };
}

async function client({
  host,
  port,
}: Endpoint): Promise<{ say(text: string): Promise<string>; socket: Socket }> {
  const socket = connect(port, host);
  socket.on("error", () => {});
  open.push({ [Symbol.asyncDispose]: async () => void socket.destroy() });
  await once(socket, "connect");
  return {
    socket,
    say: async (text) => {
      socket.write(text);
      const [data] = (await once(socket, "data")) as [Buffer];
      return data.toString();
    },
  };
}

describe("another configuration", () => {
  it("is met by new connections on the same port, and not by those that are open", async () => {
    const [first, second] = [await echo("first"), await echo("second")];
    const listeners = begin();
    await listeners.apply(proxyConfig([serviceListener(first, { protocol: "opaque" })]), keep);
    const [{ address }] = listeners.all as unknown as [{ address: Endpoint }];
    const before = await client(address);
    expect(await before.say("a")).toBe("first:a");

    const changes = await listeners.apply(
      proxyConfig([serviceListener(second, { protocol: "opaque" })]),
      keep,
    );
    expect(changes).toEqual({ added: [], changed: ["main"], removed: [] });
    expect(listeners.all[0]?.address).toEqual(address);
    const after = await client(address);
    expect(await after.say("b")).toBe("second:b");
    expect(await before.say("c")).toBe("first:c");
    expect(listeners.connections).toBe(2);
  });

  it("drains those that are open where it is told to", async () => {
    const upstream = await echo("first");
    const listeners = begin();
    await listeners.apply(proxyConfig([serviceListener(upstream, { protocol: "opaque" })]), keep);
    const before = await client((listeners.all[0] as { address: Endpoint }).address);
    expect(await before.say("a")).toBe("first:a");
    const ended = once(before.socket, "close");
    const other = serviceListener(upstream, { protocol: "opaque", sendProxyHeader: 1 });
    await listeners.apply(proxyConfig([other]), { ...keep, drainChangedMs: 50 });
    await ended;
    expect(before.socket.destroyed).toBe(true);
  });

  it("changes nothing when a listener of it cannot be", async () => {
    const [first, second] = [await echo("first"), await echo("second")];
    const listeners = begin();
    const main = serviceListener(first, { protocol: "opaque" });
    await listeners.apply(proxyConfig([main]), keep);
    const [{ address }] = listeners.all as unknown as [{ address: Endpoint }];

    const changed = serviceListener(second, { protocol: "opaque" });
    const impossible = serviceListener(second, { name: "taken", bind: first });
    await expect(listeners.apply(proxyConfig([changed, impossible]), keep)).rejects.toMatchObject({
      code: "LISTEN_PORT_IN_USE",
    });
    expect(listeners.all.map(({ name }) => name)).toEqual(["main"]);
    expect(await (await client(address)).say("a")).toBe("first:a");
  });

  it("leaves a listener alone that it does not change", async () => {
    const upstream = await echo("first");
    const listeners = begin();
    const main = serviceListener(upstream, { protocol: "opaque" });
    await listeners.apply(proxyConfig([main]), keep);
    const service = listeners.all[0]?.service;
    const changes = await listeners.apply(
      proxyConfig([{ ...main }, serviceListener(upstream, { name: "other" })]),
      keep,
    );
    expect(changes).toEqual({ added: ["other"], changed: [], removed: [] });
    expect(listeners.all[0]?.service).toBe(service);
  });

  it("ends a listener that it does not have, and frees its port", async () => {
    const upstream = await echo("first");
    const listeners = begin();
    const [main, other] = [
      serviceListener(upstream, { protocol: "opaque" }),
      serviceListener(upstream, { name: "other", protocol: "opaque" }),
    ];
    await listeners.apply(proxyConfig([main, other]), keep);
    const { address } = listeners.all[1] as { address: Endpoint };
    const changes = await listeners.apply(proxyConfig([main]), keep);
    expect(changes.removed).toEqual(["other"]);
    const refused = connect(address.port, address.host);
    const [error] = (await once(refused, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toBe("ECONNREFUSED");
  });

  it("releases the stack before when its last connection has ended", async () => {
    const [first, second] = [await echo("first"), await echo("second")];
    const listeners = begin();
    await listeners.apply(proxyConfig([serviceListener(first, { protocol: "opaque" })]), keep);
    const before = await client((listeners.all[0] as { address: Endpoint }).address);
    await before.say("a");
    await listeners.apply(proxyConfig([serviceListener(second, { protocol: "opaque" })]), keep);
    expect(listeners.connections).toBe(1);
    before.socket.end();
    await once(before.socket, "close");
    await expect.poll(() => listeners.connections).toBe(0);
  });

  it("names a cluster that there is not", async () => {
    const listeners = begin();
    await expect(listeners.apply(proxyConfig([clusterListener()]), keep)).rejects.toThrow(
      'listener main is before cluster "main", but there is none',
    );
  });
});
