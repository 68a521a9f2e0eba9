import { ProxyError } from "@pagoda/core";
import { memoryDuplex } from "@pagoda/core/testing";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";

import { Connection, closeCauseOf } from "./connection.ts";
import { memoryConnections } from "./testing/memory-connections.ts";

const facts = { remote: { host: "192.0.2.1", port: 1 }, local: { host: "192.0.2.2", port: 2 }, listener: "t" };
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

  it("learns who the client really is", () => {
    const [, server] = memoryConnections();
    server.cameFrom({ host: "198.51.100.7", port: 7 });
    expect(server.remote).toEqual({ host: "198.51.100.7", port: 7 });
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
