import { service } from "@pagoda/core";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import type { TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { connect } from "../src/connect.ts";
import type { Connection } from "../src/connection.ts";
import { forwardTo } from "../src/forward-to.ts";
import { bind } from "../src/listen.ts";
import { serve } from "../src/serve.ts";
import type { CertificateSource } from "../src/tls/certificate.ts";
import { clientTls } from "../src/tls/client-tls.ts";
import type { ClientTls } from "../src/tls/client-tls.ts";
import { serverTls } from "../src/tls/server-tls.ts";
import type { ServerTls } from "../src/tls/server-tls.ts";
import { terminateTls } from "../src/tls/terminate.ts";
import { testAuthority } from "./certificates.ts";
import type { TestAuthority, TestCertificate } from "./certificates.ts";

interface Proxy {
  readonly port: number;
  readonly inside: ServerTls;
  readonly outside: ClientTls;
}

/** Answers every chunk with who sent it, as the certificate says. */
const broker = service<Connection, void>(async (connection) => {
  const { stream, tls } = connection;
  stream.on("data", (chunk: Buffer) => stream.write(`${tls?.peerSubject}: ${chunk.toString()}`));
  await connection.closed;
});

describe("a proxy that asks clients for a certificate and shows brokers its own", () => {
  let folder: string;
  let authority: TestAuthority;
  const opened: (Disposable | AsyncDisposable | TLSSocket)[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pagoda-mutual-"));
    authority = await testAuthority();
  });
  afterEach(async () => {
    for (const each of opened.splice(0).toReversed()) {
      if (Symbol.asyncDispose in each) await each[Symbol.asyncDispose]();
      else each[Symbol.dispose]();
    }
    await rm(folder, { recursive: true });
  });

  const files = (name: string) => ({
    cert: { file: join(folder, `${name}.crt`) },
    key: { file: join(folder, `${name}.key`) },
  });
  async function write(name: string, { cert, key }: TestCertificate): Promise<CertificateSource> {
    const source = files(name);
    await Promise.all([writeFile(source.cert.file, cert), writeFile(source.key.file, key)]);
    return source;
  }

  async function start(): Promise<Proxy> {
    const clients = { ca: authority.cert };
    const brokerTls = await serverTls({
      certificates: [await authority.sign(["127.0.0.1"])],
      clients,
      reloadEveryMs: 0,
    });
    const inside = await serverTls({
      certificates: [await write("server", await authority.sign(["127.0.0.1"]))],
      clients,
      reloadEveryMs: 0,
    });
    const outside = await clientTls({
      ca: authority.cert,
      certificate: await write("client", await authority.sign(["proxy"])),
      reloadEveryMs: 0,
    });
    const listen = { host: "127.0.0.1", port: 0, name: "test" };
    const upstream = serve(await bind(listen), terminateTls<Connection, void>({ tls: brokerTls })(broker));
    const forwarding = forwardTo({ connect: (_, cx) => connect({ ...upstream.address, tls: outside }, cx) });
    const proxy = serve(await bind(listen), terminateTls<Connection, void>({ tls: inside })(forwarding));
    opened.push(brokerTls, inside, outside, upstream, proxy);
    return { port: proxy.address.port, inside, outside };
  }

  async function client({ port }: Proxy): Promise<TLSSocket> {
    const socket = connectTls({
      ...(await authority.sign(["app"])),
      port,
      host: "127.0.0.1",
      ca: authority.cert,
    });
    opened.push(socket);
    await once(socket, "secureConnect");
    return socket;
  }

  async function say(socket: TLSSocket, what: string): Promise<string> {
    socket.write(what);
    return String((await once(socket, "data"))[0]);
  }

  it("is known to the broker by its own certificate, and knows the client by the client's", async () => {
    expect(await say(await client(await start()), "hello")).toBe("CN=proxy,O=Pagoda: hello");
  });

  it("lets nobody through without a certificate", async () => {
    const { port } = await start();
    const socket = connectTls({ port, host: "127.0.0.1", ca: authority.cert });
    const [error] = await once(socket, "error");
    expect(error).toMatchObject({ code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" });
  });

  it("takes new certificates on both sides, and drops no connection for it", async () => {
    const proxy = await start();
    const before = await client(proxy);
    expect(await say(before, "one")).toBe("CN=proxy,O=Pagoda: one");

    await write("server", await authority.sign(["renewed", "127.0.0.1"]));
    await write("client", await authority.sign(["renewed-proxy"]));
    expect(await Promise.all([proxy.inside.reload(), proxy.outside.reload()])).toEqual([
      { outcome: "reloaded" },
      { outcome: "reloaded" },
    ]);

    const after = await client(proxy);
    expect(after.getPeerCertificate().subject.CN).toBe("renewed");
    expect(await say(after, "two")).toBe("CN=renewed-proxy,O=Pagoda: two");
    expect(await say(before, "three")).toBe("CN=proxy,O=Pagoda: three");
    expect(before.getPeerCertificate().subject.CN).toBe("127.0.0.1");
  });
});
