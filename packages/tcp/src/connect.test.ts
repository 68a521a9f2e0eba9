import { CancelledError, Context } from "@pagoda/core";
import { fakeTime } from "@pagoda/core/testing";
import { once } from "node:events";
import { createServer } from "node:net";
import type { LookupFunction } from "node:net";
import { text } from "node:stream/consumers";
import { createServer as createTlsServer } from "node:tls";
import type { TlsOptions } from "node:tls";
import { firstValueFrom } from "rxjs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { testAuthority } from "../test/certificates.ts";
import type { TestAuthority, TestCertificate } from "../test/certificates.ts";
import { connect, connector } from "./connect.ts";
import type { ConnectOptions } from "./connect.ts";
import type { Connection, Endpoint } from "./connection.ts";
import { bind } from "./listen.ts";
import type { Listener } from "./listen.ts";
import { clientTls } from "./tls/client-tls.ts";
import type { ClientTlsOptions } from "./tls/client-tls.ts";

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

describe("connect with TLS", () => {
  let authority: TestAuthority;
  let kafka: TestCertificate;

  beforeAll(async () => {
    authority = await testAuthority();
    kafka = await authority.sign(["localhost", "kafka.local", "127.0.0.1"]);
  });

  async function tlsServer(options: TlsOptions = {}): Promise<Endpoint> {
    const server = createTlsServer({ ...kafka, ...options }, (socket) => {
      socket.on("error", () => {});
      socket.end("hello");
    });
    server.on("tlsClientError", () => {});
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    closes.push(() => server.close());
    const address = server.address();
    if (address === null || typeof address === "string") throw new TypeError("no port");
    return { host: "127.0.0.1", port: address.port };
  }

  async function openTls(endpoint: Endpoint, options: ClientTlsOptions = {}): Promise<Connection> {
    const tls = await clientTls({ ca: authority.cert, reloadEveryMs: 0, ...options });
    return open({ ...endpoint, tls });
  }

  it("reads and writes the decrypted stream, and says what TLS told", async () => {
    const { port } = await tlsServer({ ALPNProtocols: ["kafka"] });
    const connection = await openTls({ host: "localhost", port }, { alpn: ["kafka"] });
    expect(connection.tls).toMatchObject({
      version: "TLSv1.3",
      serverName: "localhost",
      alpn: "kafka",
      authorized: true,
      peerSubject: "CN=localhost,O=Pagoda",
    });
    expect(await text(connection.stream)).toBe("hello");
    expect(connection.bytesRead).toBeGreaterThan(500);
    expect(connection.bytesWritten).toBeGreaterThan(200);
  });

  it("checks an IP address against the certificate, and asks for no name", async () => {
    const connection = await openTls(await tlsServer());
    expect(connection.tls).toMatchObject({ authorized: true, serverName: undefined });
  });

  it("asks for the server name given", async () => {
    const connection = await openTls(await tlsServer(), { serverName: "kafka.local" });
    expect(connection.tls).toMatchObject({ authorized: true, serverName: "kafka.local" });
  });

  it("shows its own certificate where it is asked for", async () => {
    const server = await tlsServer({ requestCert: true, ca: authority.cert });
    const certificate = await authority.sign(["proxy"]);
    expect(await text((await openTls(server, { certificate })).stream)).toBe("hello");
  });

  it("refuses a certificate that no trusted authority vouches for", async () => {
    const server = await tlsServer();
    const stranger = await testAuthority("another");
    await expect(openTls(server, { ca: stranger.cert })).rejects.toMatchObject({
      code: "CONNECT_TLS",
      reason: "tls",
      kind: "unavailable",
      retriable: false,
      message: `cannot connect to 127.0.0.1:${server.port}: TLS: no authority that is trusted here vouches for its certificate: give its CA`,
    });
  });

  it("takes any certificate when told to, and says that it is not authorized", async () => {
    const stranger = await testAuthority("another");
    const connection = await openTls(await tlsServer(), { ca: stranger.cert, rejectUnauthorized: false });
    expect(connection.tls?.authorized).toBe(false);
  });

  it("refuses a certificate for another name", async () => {
    await expect(openTls(await tlsServer(), { serverName: "other.local" })).rejects.toMatchObject({
      code: "CONNECT_TLS",
      message: expect.stringContaining(
        "its certificate is for another name: set the server name (Host: other.local.",
      ),
    });
  });

  it("refuses a certificate that has expired", async () => {
    const old = await authority.sign(["127.0.0.1"], {
      from: new Date("2020-01-01"),
      to: new Date("2021-01-01"),
    });
    await expect(openTls(await tlsServer(old))).rejects.toMatchObject({
      code: "CONNECT_TLS",
      message: expect.stringContaining("its certificate has expired"),
    });
  });

  it("says so when the other side does not speak TLS", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.end("220 smtp.example.com ready\r\n");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    closes.push(() => server.close());
    const address = server.address();
    if (address === null || typeof address === "string") throw new TypeError("no port");
    await expect(openTls({ host: "127.0.0.1", port: address.port })).rejects.toMatchObject({
      code: "CONNECT_TLS",
      message: expect.stringContaining("it does not speak TLS there"),
    });
  });

  it("says so when the other side closes during the handshake", async () => {
    const server = await listener();
    server.connections.subscribe((connection) => connection.close("policy"));
    await expect(openTls(server.address)).rejects.toMatchObject({
      code: "CONNECT_TLS",
      message: expect.stringContaining("it closed the connection during the handshake"),
    });
  });

  it("fails with CONNECT_TIMEOUT when the other side says nothing", async () => {
    const { address } = await listener();
    const tls = await clientTls({ ca: authority.cert, reloadEveryMs: 0 });
    await expect(open({ ...address, tls, timeoutMs: 50 })).rejects.toMatchObject({
      code: "CONNECT_TIMEOUT",
      message: expect.stringContaining("the TLS handshake was not over within 50 ms"),
    });
  });

  it("fails with the reason when it is cancelled during the handshake", async () => {
    const server = await listener();
    const own = Context.background().fork();
    server.connections.subscribe(() => own.cancel(new CancelledError("client gone")));
    const tls = await clientTls({ ca: authority.cert, reloadEveryMs: 0 });
    await expect(connect({ ...server.address, tls }, own)).rejects.toThrow("client gone");
    expect(own.attached).toBe(0);
  });

  it("refuses authorities that are none, naming the file", async () => {
    await expect(clientTls({ ca: { file: "/nowhere/ca.pem" } })).rejects.toMatchObject({
      code: "BAD_CERTIFICATE",
      message: "bad certificate: the authority file /nowhere/ca.pem does not exist",
    });
    await expect(clientTls({ ca: kafka.key })).rejects.toThrow(
      "the authority given as text holds no certificate",
    );
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
