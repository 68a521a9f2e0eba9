import { Context, service, stack } from "@pagoda/core";
import { memoryDuplex } from "@pagoda/core/testing";
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { connect } from "../src/connect.ts";
import type { Closing, Connection } from "../src/connection.ts";
import { bind } from "../src/listen.ts";
import { acceptProxyHeader } from "../src/proxy-protocol/accept.ts";
import { proxyHeaderFor } from "../src/proxy-protocol/send.ts";
import { serve } from "../src/serve.ts";
import type { ListenerServing } from "../src/serve.ts";
import { memoryConnections } from "../src/testing/memory-connections.ts";
import { clientTls } from "../src/tls/client-tls.ts";
import { serverTls } from "../src/tls/server-tls.ts";
import type { ServerTlsOptions } from "../src/tls/server-tls.ts";
import { sniffTls } from "../src/tls/sniff.ts";
import { terminateTls } from "../src/tls/terminate.ts";
import { testAuthority } from "./certificates.ts";
import type { TestAuthority, TestCertificate } from "./certificates.ts";

let authority: TestAuthority;
let kafka: TestCertificate;
beforeAll(async () => {
  authority = await testAuthority();
  kafka = await authority.sign(["127.0.0.1"]);
});

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each[Symbol.asyncDispose]();
});

/** Sends back, once the client has ended, what it said and over what. */
const echo = service<Connection, void>(async ({ stream, tls }) => {
  stream.end(`${tls === undefined ? "plain" : "tls"}: ${await text(stream)}`);
});

interface Port {
  readonly serving: ListenerServing;
  /** How the next connection ends. */
  readonly closing: () => Promise<Closing>;
}

async function open(
  tls: Partial<ServerTlsOptions>,
  endTls: typeof terminateTls<Connection, void> = terminateTls,
): Promise<Port> {
  const built = await serverTls({ certificates: [kafka], reloadEveryMs: 0, ...tls });
  const layered = endTls({ tls: built })(echo);
  const ends: ((closing: Closing) => void)[] = [];
  const watched = service<Connection, void>((connection, cx) => {
    void connection.closed.then((closing) => ends.shift()?.(closing));
    return layered.call(connection, cx);
  });
  const serving = serve(await bind({ host: "127.0.0.1", port: 0, name: "test" }), watched);
  opened.push(serving);
  return {
    serving,
    closing: () =>
      new Promise((resolve) => {
        ends.push(resolve);
      }),
  };
}

describe("one port", () => {
  it("serves TLS and plain text", async () => {
    const { serving } = await open({}, sniffTls);
    const cx = Context.background();
    const tls = await clientTls({ ca: authority.cert, reloadEveryMs: 0 });
    const [secure, plain] = await Promise.all([
      connect({ ...serving.address, tls }, cx),
      connect(serving.address, cx),
    ]);
    secure.stream.end("hello");
    plain.stream.end("hello");
    expect(await text(secure.stream)).toBe("tls: hello");
    expect(await text(plain.stream)).toBe("plain: hello");
  });

  it.each([
    ["required", terminateTls<Connection, void>],
    ["sniffed", sniffTls<Connection, void>],
  ])("takes a PROXY header before the handshake where TLS is %s", async (_, endTls) => {
    const tls = await serverTls({ certificates: [kafka], reloadEveryMs: 0 });
    const who = service<Connection, void>(async ({ stream, remote, peer, tls }) => {
      stream.end(`${remote.host} by way of ${peer.host}, ${tls?.version}`);
    });
    const layered = stack<Connection, void>()
      .push(acceptProxyHeader({ trusted: ["127.0.0.1"] }))
      .push(endTls({ tls }))
      .service(who);
    const serving = serve(await bind({ host: "127.0.0.1", port: 0, name: "test" }), layered);
    opened.push(serving);
    const [, client] = memoryConnections({ client: { host: "198.51.100.7", port: 7 } });
    const connection = await connect(
      {
        ...serving.address,
        tls: await clientTls({ ca: authority.cert, reloadEveryMs: 0 }),
        preamble: proxyHeaderFor(client),
      },
      Context.background(),
    );
    expect(await text(connection.stream)).toBe("198.51.100.7 by way of 127.0.0.1, TLSv1.3");
    connection.close("drain");
  });

  it("takes a PROXY header before plain text", async () => {
    const tls = await serverTls({ certificates: [kafka], reloadEveryMs: 0 });
    const layered = stack<Connection, void>()
      .push(acceptProxyHeader({ trusted: ["127.0.0.1"] }))
      .push(sniffTls({ tls }))
      .service(echo);
    const serving = serve(await bind({ host: "127.0.0.1", port: 0, name: "test" }), layered);
    opened.push(serving);
    const [, client] = memoryConnections({ client: { host: "198.51.100.7", port: 7 } });
    const preamble = proxyHeaderFor(client);
    const { stream } = await connect({ ...serving.address, preamble }, Context.background());
    stream.end("hello");
    expect(await text(stream)).toBe("plain: hello");
  });

  it("takes a handshake that comes one byte at a time", async () => {
    const { serving } = await open({}, sniffTls);
    const [left, right] = memoryDuplex();
    const network = connectTcp({ port: serving.address.port, noDelay: true });
    network.pipe(right);
    right.on("data", (bytes: Buffer) => {
      for (const byte of bytes) network.write(Buffer.of(byte));
    });
    right.on("end", () => network.end());
    const client = connectTls({ socket: left, ca: authority.cert, host: "127.0.0.1" });
    client.end("slowly");
    expect(await text(client)).toBe("tls: slowly");
  });

  it("says why when a client does not trust the certificate", async () => {
    const { serving, closing } = await open({});
    const closed = closing();
    const tls = await clientTls({ ca: (await testAuthority("another")).cert, reloadEveryMs: 0 });
    const connected = connect({ ...serving.address, tls }, Context.background());
    await expect(connected).rejects.toMatchObject({ code: "CONNECT_TLS" });
    // Node's client checks after the handshake, and leaves; others send an alert.
    expect(await closed).toMatchObject({ cause: "io_error", error: { code: "TLS_HANDSHAKE" } });
  });

  it("refuses a client whose certificate another authority signed", async () => {
    const { serving, closing } = await open({ clients: { ca: authority.cert } });
    const closed = closing();
    const stranger = await (await testAuthority("another")).sign(["client"]);
    const client = connectTls({
      ...stranger,
      port: serving.address.port,
      ca: authority.cert,
      host: "127.0.0.1",
    });
    client.on("error", () => {});
    expect(await closed).toMatchObject({
      cause: "protocol_error",
      error: { message: expect.stringContaining("the client's certificate was refused") },
    });
  });

  it("tells a client without a certificate that it needs one", async () => {
    const { serving, closing } = await open({ clients: { ca: authority.cert } });
    const closed = closing();
    const client = connectTls({ port: serving.address.port, ca: authority.cert, host: "127.0.0.1" });
    const [error] = await once(client, "error");
    expect(error).toMatchObject({ code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" });
    expect(await closed).toMatchObject({
      cause: "protocol_error",
      error: { message: "TLS handshake failed: the client has no certificate, and one is required" },
    });
  });

  it("closes at once when a client goes during the handshake", async () => {
    const { serving, closing } = await open({});
    const closed = closing();
    connectTcp(serving.address.port).end(Buffer.from([0x16, 3, 1, 1]));
    expect(await closed).toMatchObject({
      cause: "io_error",
      error: { message: "TLS handshake failed: the client closed the connection" },
    });
  });

  it("closes with the reset of a client during the handshake", async () => {
    const { serving, closing } = await open({});
    const closed = closing();
    const client = connectTcp(serving.address.port);
    client.write(Buffer.from([0x16, 3, 1, 1]), () => client.resetAndDestroy());
    expect(await closed).toMatchObject({ cause: "io_error", error: { code: "TLS_HANDSHAKE" } });
  });
});
