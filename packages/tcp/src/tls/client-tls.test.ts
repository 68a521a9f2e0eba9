import { CancelledError, Context } from "@pagoda/core";
import { once } from "node:events";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import { createServer as createTlsServer } from "node:tls";
import type { TlsOptions } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { testAuthority } from "../../test/certificates.ts";
import type { TestAuthority, TestCertificate } from "../../test/certificates.ts";
import { connect } from "../connect.ts";
import type { ConnectOptions } from "../connect.ts";
import type { Connection, Endpoint } from "../connection.ts";
import { bind } from "../listen.ts";
import type { Listener } from "../listen.ts";
import { clientTls } from "./client-tls.ts";
import type { ClientTlsOptions } from "./client-tls.ts";

const closes: (() => void)[] = [];
afterEach(() => {
  for (const close of closes.splice(0)) close();
});

async function listener(): Promise<Listener> {
  const listener = await bind({ host: "127.0.0.1", port: 0, name: "test" });
  closes.push(() => void listener.close());
  return listener;
}

async function open(options: ConnectOptions): Promise<Connection> {
  const connection = await connect(options, Context.background());
  closes.push(() => connection.close("drain"));
  return connection;
}

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
