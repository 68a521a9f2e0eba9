import { ProxyError } from "@pagoda/core";
import { memoryDuplex } from "@pagoda/core/testing";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";

import { Connection, closeCauseOf } from "./connection.ts";
import { memoryConnections } from "./testing/memory-connections.ts";

const facts = {
  remote: { host: "192.0.2.1", port: 1 },
  local: { host: "192.0.2.2", port: 2 },
  listener: "t",
};
const tls = {
  version: "TLSv1.3",
  cipher: "TLS_AES_128_GCM_SHA256",
  serverName: undefined,
  alpn: undefined,
  authorized: false,
  peerSubject: undefined,
};

describe("Connection", () => {
  it("closes with peer_closed when both sides ended in order", async () => {
    const [client, server] = memoryConnections();
    client.stream.end("a");
    server.stream.end("b");
    await Promise.all([buffer(client.stream), buffer(server.stream)]);
    expect(await server.closed).toEqual({ cause: "peer_closed", error: undefined });
    expect(await client.closed).toEqual({ cause: "peer_closed", error: undefined });
  });

  it("closes with io_error and the error when the other side resets", async () => {
    const [left, right] = memoryDuplex();
    const connection = new Connection(right, facts);
    left.resetAndDestroy();
    expect(await connection.closed).toMatchObject({ cause: "io_error", error: { code: "ECONNRESET" } });
  });

  it("keeps the first cause and error given to close", async () => {
    const [, server] = memoryConnections();
    const error = new Error("not you");
    server.close("policy", error);
    server.close("drain", new Error("later"));
    expect(await server.closed).toEqual({ cause: "policy", error });
  });

  it("releases its scope once it has closed", async () => {
    const [, server] = memoryConnections();
    const released: string[] = [];
    server.scope.defer(() => void released.push("first in"));
    server.scope.defer(() => void released.push("last in"));
    server.close("drain");
    await server.closed;
    await server.scope.close();
    expect(released).toEqual(["last in", "first in"]);
  });

  it("closes, with the cause, even when a release fails", async () => {
    const [, server] = memoryConnections();
    server.scope.defer(() => Promise.reject(new Error("cannot release")));
    server.close("drain");
    expect((await server.closed).cause).toBe("drain");
  });

  it("is closed from the start on a transport that has closed", async () => {
    const transport = new PassThrough().destroy();
    await once(transport, "close");
    expect((await new Connection(transport, facts).closed).cause).toBe("peer_closed");
  });

  it("counts the bytes of its transport while it lives", async () => {
    const [client, server] = memoryConnections();
    client.stream.write("12345");
    await once(server.stream, "readable");
    expect([client.bytesWritten, server.bytesRead, server.bytesWritten]).toEqual([5, 5, 0]);
  });

  it("learns who the client really is from a PROXY header", () => {
    const [, server] = memoryConnections();
    const balancer = server.remote;
    const source = { host: "198.51.100.7", port: 7 };
    const addresses = { family: "inet", source, destination: server.local } as const;
    const header = { version: 2, command: "proxy", transport: "stream", addresses, tlvs: [] } as const;
    server.cameThrough(header);
    expect([server.remote, server.peer]).toEqual([source, balancer]);
    expect(server.proxyHeader).toBe(header);
  });

  it.each([
    { version: 2, command: "local", transport: "unspec", addresses: { family: "unspec" }, tlvs: [] },
    { version: 1, command: "proxy", transport: "unspec", addresses: { family: "unspec" }, tlvs: [] },
  ] as const)("keeps the real ends when the header names none: %o", (header) => {
    const [, server] = memoryConnections();
    server.cameThrough(header);
    expect(server.remote).toEqual(server.peer);
  });

  it("reads and writes the decrypted side once it is secure, and closes both", async () => {
    const [, server] = memoryConnections();
    const decrypted = new PassThrough();
    server.secure(decrypted, tls);
    expect(server.stream).toBe(decrypted);
    expect(server.tls).toEqual(tls);
    server.close("drain");
    await server.closed;
    expect([decrypted.destroyed, server.transport.destroyed]).toEqual([true, true]);
  });

  it("closes a decrypted side that comes too late", async () => {
    const [, server] = memoryConnections();
    server.close("drain");
    const decrypted = new PassThrough();
    server.secure(decrypted, tls);
    expect(decrypted.destroyed).toBe(true);
  });

  it("waits for work under way to say why the transport closed", async () => {
    const [, server] = memoryConnections();
    const work = Promise.withResolvers<void>();
    const error = new Error("the client's certificate was refused");
    const done = work.promise.catch(() => server.close("protocol_error", error));
    server.holdClosed(work.promise);
    server.transport.destroy();
    await once(server.transport, "close");
    work.reject(error);
    await done;
    expect(await server.closed).toEqual({ cause: "protocol_error", error });
  });

  it("has an id of its own", () => {
    const [client, server] = memoryConnections();
    expect(client.id).not.toBe(server.id);
  });
});

describe("closeCauseOf", () => {
  class Refused extends ProxyError {
    readonly code = "REFUSED";
    readonly retriable = false;
    readonly kind = "denied";
  }

  it.each([
    [new Refused("no"), "policy"],
    [Object.assign(new Error("bad bytes"), { code: "EPROTO" }), "protocol_error"],
    [Object.assign(new Error("bad bytes"), { code: "ERR_SSL_WRONG_VERSION_NUMBER" }), "protocol_error"],
    [Object.assign(new Error("no descriptor"), { code: "EMFILE" }), "policy"],
    [Object.assign(new Error("reset"), { code: "ECONNRESET" }), "io_error"],
    [new Error("a defect"), "io_error"],
    ["not even an error", "io_error"],
  ])("takes %s for %s", (error, cause) => {
    expect(closeCauseOf(error)).toBe(cause);
  });
});
